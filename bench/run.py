#!/usr/bin/env python3
"""`make bench`: what the agent costs, beside the limit program and, if asked for, other agents.

  run.py --binary PATH [--promtail PATH] [--fluentbit PATH] [--scenario cri,…] [--size MIB] [--runs N] [--out FOLDER]

The limit program (limit.c) does what no agent can leave out: read, cut lines, take CRI apart, write protobuf, compress. The
endpoint is nginx, which reads every body and throws it away. Ratios are of runs side by side. FOLDER gets figures.json and
throughput.svg.
"""
import argparse, json, os, platform, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
THROUGHPUT = ['cri', 'json', 'regex', 'logfmt', 'multiline']
OTHERS = ['idle-1k', 'idle-10k', 'startup', 'latency', 'backlog']
# What only this agent can be asked: it tells its readers from other threads by their names.
OWN = ['workers']


def lines(*args):
    out = subprocess.run([sys.executable, os.path.join(HERE, 'bench.py'), *args], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(l) for l in out.stdout.splitlines()]


def machine():
    model = next((l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), platform.machine())
    memory = int(open('/proc/meminfo').readline().split()[1]) >> 20
    return '%d x %s, %d GiB, Linux %s' % (os.cpu_count(), model, memory, platform.release())


def throughput(agents, names, a, figures):
    if not names:
        return
    limits = {l['limit']: l for l in lines('--limit', '--size', a.size, '--runs', a.runs) if '--no-snappy' not in l['flags']}
    figures['limit'] = {k: v['cpu_s_per_gib'] for k, v in limits.items()}
    print('%-10s %-10s %12s %8s %12s %10s %10s' % ('scenario', 'agent', 'CPU s/GiB', 'ratio', 'MB/CPU s', 'MB/s wall', 'RSS MiB'))
    for name in names:
        limit = limits[name]['cpu_s_per_gib']
        print('%-10s %-10s %12.2f %8.2f %12d' % (name, 'limit', limit, 1, limits[name]['mb_per_cpu_s']), flush=True)
        for agent, (adapter, binary) in agents.items():
            runs = [r for r in lines('--binary', binary, '--adapter', adapter, '--scenario', name, '--size', a.size, '--runs', a.runs) if 'median' not in r]
            bad = [r for r in runs if r['entries_sent'] != r['entries_expected'] or r['not_204']]
            if bad and agent == 'swiftail':
                sys.exit('not everything was sent: %s' % json.dumps(bad[0]))
            r = dict(sorted(runs, key=lambda r: r['cpu_s'])[len(runs) // 2])
            r['ratio'] = round(r['cpu_s_per_gib'] / limit, 2)
            figures['agents'].setdefault(agent, {})[name] = r
            print('%-10s %-10s %12.2f %8.2f %12.0f %10.0f %10.1f' % (name, agent, r['cpu_s_per_gib'], r['ratio'], r['mb_per_cpu_s'], r['mb_per_s_wall'], r['peak_rss_mib']), flush=True)


def others(agents, names, a, figures):
    for name in names:
        for agent, (adapter, binary) in agents.items():
            runs = lines('--binary', binary, '--adapter', adapter, '--scenario', name, '--size', a.size, '--runs', '3' if name == 'startup' else '1')
            r = {k: v for k, v in runs[-1].items() if k not in ('scenario', 'agent', 'median', 'runs')}
            figures['agents'].setdefault(agent, {})[name] = r
            print('%-10s %-10s %s' % (name, agent, ', '.join('%s %s' % (k, v) for k, v in r.items())), flush=True)


STYLE = '''text{font:13px system-ui,sans-serif;fill:#24292f}.s{fill:#57606a;font-size:12px}.g{stroke:#d0d7de}.a0{fill:#0969da}.a1{fill:#8c959f}.a2{fill:#bf8700}.a3{fill:#8250df}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.s{fill:#9198a1}.g{stroke:#3d444d}.a0{fill:#4493f8}.a1{fill:#656c76}.a2{fill:#d29922}.a3{fill:#ab7df8}}'''


def picture(figures):
    """CPU seconds per GiB as bars, on a scale of powers of ten; readable on light and dark."""
    import math
    rows = [(n, [('limit', figures['limit'][n])] + [(k, v[n]['cpu_s_per_gib']) for k, v in figures['agents'].items() if n in v])
            for n in THROUGHPUT if n in figures.get('limit', {})]
    if not rows:
        return None
    most = max(v for _, bars in rows for _, v in bars)
    width, left, top = 560, 110, 44
    scale = lambda v: width * math.log10(max(v, 0.5) / 0.5) / math.log10(max(most, 10) / 0.5)
    order = ['swiftail', 'limit', 'promtail', 'fluentbit']
    out, y = [], top
    for name, bars in rows:
        out.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (left - 10, y + 13 * len(bars) // 2 + 8, name))
        for agent, v in sorted(bars, key=lambda b: order.index(b[0])):
            out.append('<rect class="a%d" x="%d" y="%d" width="%.1f" height="14" rx="2"/><text class="s" x="%.1f" y="%d">%s %.2f</text>' % (
                order.index(agent), left, y, scale(v), left + scale(v) + 6, y + 11, agent, v))
            y += 18
        y += 12
    grid = ''.join('<line class="g" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/><text class="s" x="%.1f" y="%d" text-anchor="middle">%g</text>' % (
        left + scale(v), left + scale(v), top - 6, y, left + scale(v), top - 12, v) for v in (1, 2, 5, 10, 20, 50, 100) if v <= most * 1.1)
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="CPU seconds per GiB of logs"><style>%s</style>'
            '<text x="0" y="16">CPU seconds per GiB of logs (less is better)</text>%s%s</svg>\n') % (left + width + 130, y, STYLE, grid, ''.join(out))


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('--binary', required=True)
    p.add_argument('--promtail', default='')
    p.add_argument('--fluentbit', default='')
    p.add_argument('--scenario', default=','.join(THROUGHPUT + OTHERS + OWN))
    p.add_argument('--size', default='512')
    p.add_argument('--runs', default='3')
    p.add_argument('--out', default='')
    a = p.parse_args()
    agents = {'swiftail': ('promtail', a.binary)}
    if a.promtail:
        agents['promtail'] = ('promtail', a.promtail)
    if a.fluentbit:
        agents['fluentbit'] = ('fluentbit', a.fluentbit)
    wanted = a.scenario.split(',')
    figures = {'machine': machine(), 'date': time.strftime('%Y-%m-%d'), 'size_mib': int(a.size), 'agents': {}}
    throughput(agents, [n for n in wanted if n in THROUGHPUT], a, figures)
    others(agents, [n for n in wanted if n in OTHERS], a, figures)
    others({'swiftail': agents['swiftail']}, [n for n in wanted if n in OWN], a, figures)
    if a.out:
        os.makedirs(a.out, exist_ok=True)
        open(os.path.join(a.out, 'figures.json'), 'w').write(json.dumps(figures, indent=1) + '\n')
        drawn = picture(figures)
        if drawn:
            open(os.path.join(a.out, 'throughput.svg'), 'w').write(drawn)


if __name__ == '__main__':
    main()
