#!/usr/bin/env python3
"""The figures of `make bench`: CPU seconds per GiB, throughput and memory of the agent, beside the limit program.

  run.py --binary PATH [--scenario cri,…] [--size MIB] [--runs N]

The limit program (limit.c) does what no agent can leave out: read, cut lines, take CRI apart, write protobuf, compress.
The endpoint is nginx, which reads every body and throws it away. Ratios are of runs side by side.
"""
import argparse, json, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))


def lines(*args):
    out = subprocess.run([sys.executable, os.path.join(HERE, 'bench.py'), *args], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(l) for l in out.stdout.splitlines()]


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('--binary', required=True)
    p.add_argument('--scenario', default='cri')
    p.add_argument('--size', default='1024')
    p.add_argument('--runs', default='3')
    a = p.parse_args()
    limits = {l['limit']: l for l in lines('--limit', '--size', a.size, '--runs', a.runs) if '--no-snappy' not in l['flags']}
    print('%-10s %12s %12s %8s %12s %10s %10s' % ('scenario', 'CPU s/GiB', 'limit', 'ratio', 'MB/CPU s', 'MB/s wall', 'RSS MiB'))
    for name in a.scenario.split(','):
        runs = [r for r in lines('--binary', a.binary, '--scenario', name, '--size', a.size, '--runs', a.runs) if 'median' not in r]
        bad = [r for r in runs if r['entries_sent'] != r['entries_expected'] or r['not_204']]
        if bad:
            sys.exit('not everything was sent: %s' % json.dumps(bad[0]))
        r = sorted(runs, key=lambda r: r['cpu_s'])[len(runs) // 2]
        l = limits[name]['cpu_s_per_gib']
        print('%-10s %12.2f %12.2f %8.2f %12.0f %10.0f %10.1f' % (
            name, r['cpu_s_per_gib'], l, r['cpu_s_per_gib'] / l, r['mb_per_cpu_s'], r['mb_per_s_wall'], r['peak_rss_mib']))


if __name__ == '__main__':
    main()
