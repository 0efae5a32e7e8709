#!/usr/bin/env python3
"""What reading the journal costs: entries per second, and CPU seconds per GiB.

  journal.py --binary PATH [--entries N] [--runs N] [--json] [--dir FOLDER]

A journal of N entries with the fields that journald gives to those of services, written by systemd-journal-remote; labels unit
and level; the endpoint throws away what it gets. GiB of journal files, of fields (as journalctl -o export has them) and of
lines. A run counts only if every entry was answered with 204. Beside each run the limit: journal_limit.c, which does nothing but let
libsystemd go through the same entries. Memory is without the mapped files. Needs systemd-journal-remote, nginx, a C compiler and PyYAML.
"""
import argparse, json, os, re, shutil, statistics, subprocess, sys, tempfile, time
import yaml
from bench import NullSink
from common import Promtail, cpu, get, metric, tool

REMOTE = '/lib/systemd/systemd-journal-remote'
UNITS = ['ssh', 'nginx', 'cron', 'kubelet', 'docker', 'postgresql', 'dbus', 'systemd-logind']


def generate(count, out):
    """Export format. Returns bytes of fields and of lines."""
    first, fields, lines = time.time_ns() // 1000 - count * 1000, 0, 0
    for n in range(count):
        unit, pid = UNITS[n * 7919 % 64 % 8], 1000 + n % 3000
        line = 'request %d from 10.0.%d.%d took %d ms and returned status %d for path /api/v1/items/%d' % (
            n, n % 250, n % 199, n % 1000, 200 + n % 5, n * 31 % 100000)
        lines += len(line)
        text = (
            '__REALTIME_TIMESTAMP={t}\n__MONOTONIC_TIMESTAMP={m}\n_BOOT_ID=00000000000000000000000000000007\n'
            '_MACHINE_ID=00000000000000000000000000000009\n_HOSTNAME=host-a\nPRIORITY={p}\n_TRANSPORT=stdout\n'
            '_SYSTEMD_UNIT={u}.service\n_SYSTEMD_SLICE=system.slice\n_SYSTEMD_CGROUP=/system.slice/{u}.service\n'
            '_SYSTEMD_INVOCATION_ID={i:032x}\n_PID={d}\n_UID=0\n_GID=0\n_COMM={u}\n_EXE=/usr/sbin/{u}\n_CMDLINE=/usr/sbin/{u} -D\n'
            '_CAP_EFFECTIVE=1ffffffffff\n_SELINUX_CONTEXT=unconfined\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER={u}\n_STREAM_ID={d:032x}\n'
            'MESSAGE={l}\n\n').format(t=first + n * 1000, m=10**6 + n * 1000, p=(6, 6, 6, 6, 5, 4, 3)[n % 7], u=unit, i=len(unit), d=pid, l=line)
        fields += len(text)
        out.write(text.encode())
    return fields, lines


class JournalAgent(Promtail):
    journal, json = None, False

    def write_config(self):
        super().write_config()
        path = os.path.join(self.dir, 'config.yaml')
        cfg = yaml.safe_load(open(path))
        rules = [{'source_labels': ['__journal__systemd_unit'], 'target_label': 'unit'}, {'source_labels': ['__journal_priority_keyword'], 'target_label': 'level'}]
        cfg['scrape_configs'] = [{'job_name': 'bench', 'relabel_configs': rules, 'journal': {
            'path': self.journal, 'max_age': '10000h', 'json': self.json, 'labels': {'job': 'systemd-journal'}}}]
        open(path, 'w').write(yaml.safe_dump(cfg, sort_keys=False))


def run(args, folder, number, size):
    where = os.path.join(folder, 'run%d' % number)
    sink = NullSink(os.path.join(folder, 'sink%d' % number))
    agent = JournalAgent(args.binary, where, sink.url, [])
    agent.journal, agent.json = os.path.join(folder, 'journal'), args.json
    try:
        agent.start()
        while agent.sent() < args.entries:
            if not agent.alive():
                sys.exit(open(os.path.join(where, 'agent.err')).read())
            time.sleep(0.05)
        took = time.time() - agent.began
        page = get(agent.port, '/metrics')
        used = sum(cpu(agent.proc.pid))
        status = open('/proc/%d/status' % agent.proc.pid).read()
        own = int(re.search(r'RssAnon:\s+(\d+)', status).group(1)) / 1024
        assert metric(page, 'promtail_sent_entries_total') == args.entries and metric(page, 'promtail_dropped_entries_total') == 0
        agent.stop()
        sink.poll()
        assert sink.bad == 0
    finally:
        agent.stop()
        sink.close()
    limit = float(subprocess.run([tool('journal_limit', ['-ldl']), agent.journal], check=True, capture_output=True, text=True).stdout.split()[2])
    return {'cpu_s': round(used, 2), 'us_per_entry': round(used / args.entries * 1e6, 2), 'entries_per_s': round(args.entries / took), 'wall_s': round(took, 2),
            'own_mib': round(own, 1), 'limit_cpu_s': limit, 'ratio': round(used / limit, 2),
            **{'cpu_s_per_gib_of_' + k: round(used / (v / 2**30), 2) for k, v in size.items()}}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--binary', required=True)
    p.add_argument('--entries', type=int, default=1_000_000)
    p.add_argument('--runs', type=int, default=3)
    p.add_argument('--json', action='store_true', help='json: true')
    p.add_argument('--dir', default='/dev/shm' if os.path.isdir('/dev/shm') else None, help='where the journal is written')
    args = p.parse_args()
    folder = tempfile.mkdtemp(prefix='bench-journal', dir=args.dir)
    try:
        os.mkdir(os.path.join(folder, 'journal'))
        remote = subprocess.Popen([REMOTE, '-o', os.path.join(folder, 'journal/system.journal'), '-'], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        fields, lines = generate(args.entries, remote.stdin)
        remote.stdin.close()
        assert remote.wait() == 0
        files = [os.path.join(folder, 'journal', f) for f in os.listdir(os.path.join(folder, 'journal'))]
        size = {'files': sum(os.stat(f).st_blocks * 512 for f in files), 'fields': fields, 'lines': lines}
        print(json.dumps({'entries': args.entries, 'files': len(files), **{'mib_of_' + k: round(v / 2**20) for k, v in size.items()}}), flush=True)
        runs = []
        for number in range(args.runs):
            runs.append(run(args, folder, number, size))
            print(json.dumps(runs[-1]), flush=True)
        print(json.dumps({'median': {k: statistics.median(r[k] for r in runs) for k in runs[0]}}))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    main()
