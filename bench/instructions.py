#!/usr/bin/env python3
"""What a line costs in instructions and allocations, counted by valgrind, so that other work on the machine does not matter.

  instructions.py --binary .build/release/linebench [--update] [--scenario cri,…]

Each scenario runs twice, over its lines once and three times; the difference is the lines' own. Fails when one needs over
a tenth more instructions than instructions.json says, or allocates more than once in 1,000 lines where that says none.
"""
import argparse, json, os, re, subprocess, sys, tempfile
from common import tool, HERE

BASELINE = os.path.join(HERE, 'instructions.json')
SCENARIOS = {'plain': 'cri', 'cri': 'cri', 'json': 'json', 'regex': 'regex', 'logfmt': 'logfmt', 'multiline': 'multiline', 'template': 'cri',
             'relabel': 'cri'}
PASSES, SIZE, GROWTH = (1, 3), 1 << 20, 1.10


def data(kind):
    """One file of lines that are always the same."""
    folder = os.path.join(tempfile.gettempdir(), 'bench-data', 'instructions-' + kind)
    made = os.path.join(folder, 'manifest.json')
    if not os.path.exists(made):
        os.makedirs(folder, exist_ok=True)
        text = subprocess.run([tool('gen'), kind, os.path.join(folder, 'pods'), str(SIZE), '1'], check=True, stdout=subprocess.PIPE).stdout
        open(made, 'wb').write(text)
    return json.load(open(made))['files'][0]['path']


def run(command, **more):
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if p.returncode:
        sys.exit('%s: %s' % (' '.join(command), p.stderr[-2000:]))
    return json.loads(p.stdout)['lines'], p.stderr


def stripped(binary):
    """Valgrind 3.19 cannot read Swift's debug information."""
    out = os.path.join(tempfile.gettempdir(), 'bench-tools', os.path.basename(binary) + '-stripped')
    os.makedirs(os.path.dirname(out), exist_ok=True)
    subprocess.run(['strip', '-o', out, binary], check=True)
    return out


def counted(library):
    out = os.path.join(tempfile.gettempdir(), 'bench-tools', 'mallocs.so')
    os.makedirs(os.path.dirname(out), exist_ok=True)
    subprocess.run(['cc', '-O2', '-shared', '-fPIC', '-o', out, library], check=True)
    return out


def measure(binary, scenario, preload):
    path, instructions, allocations, lines = data(SCENARIOS[scenario]), [], [], []
    for passes in PASSES:
        command = [binary, scenario, path, str(passes)]
        n, err = run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', *command])
        instructions.append(int(re.search(r'Collected : (\d+)', err).group(1)))
        _, err = run(command, env=dict(os.environ, LD_PRELOAD=preload))
        allocations.append(int(re.search(r'allocations: (\d+)', err).group(1)))
        lines.append(n)
    of_lines = lines[1] - lines[0]
    return {'instructions_per_line': round((instructions[1] - instructions[0]) / of_lines, 1),
            'allocations_per_1000_lines': round(1000 * (allocations[1] - allocations[0]) / of_lines, 2)}


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('--binary', required=True)
    p.add_argument('--scenario', default=','.join(SCENARIOS))
    p.add_argument('--update', action='store_true')
    a = p.parse_args()
    binary = stripped(a.binary)
    known = json.load(open(BASELINE)) if os.path.exists(BASELINE) else {}
    preload, bad = counted(os.path.join(HERE, 'mallocs.c')), []
    print('%-10s %20s %10s %26s' % ('scenario', 'instructions / line', 'baseline', 'allocations / 1,000 lines'))
    for name in a.scenario.split(','):
        now, before = measure(binary, name, preload), known.get(name)
        print('%-10s %20.1f %10s %26.2f' % (name, now['instructions_per_line'], before and before['instructions_per_line'], now['allocations_per_1000_lines']), flush=True)
        if a.update or before is None:
            known[name] = now
            continue
        if now['instructions_per_line'] > GROWTH * before['instructions_per_line']:
            bad.append('%s: %.1f instructions a line, %.1f before' % (name, now['instructions_per_line'], before['instructions_per_line']))
        if now['allocations_per_1000_lines'] > before['allocations_per_1000_lines'] * GROWTH + 1:
            bad.append('%s: %.2f allocations per 1,000 lines, %.2f before' % (name, now['allocations_per_1000_lines'], before['allocations_per_1000_lines']))
    if a.update:
        open(BASELINE, 'w').write(json.dumps(known, indent=1, sort_keys=True) + '\n')
    if bad:
        sys.exit('\n'.join(bad) + '\nIf it has to be: instructions.py --update, and say why in the commit.')


if __name__ == '__main__':
    main()
