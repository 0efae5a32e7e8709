#!/usr/bin/env python3
"""500 containers, 200 of them restarting every few seconds, on a stand-in engine: memory, CPU and requests of the agent.

  docker.py --binary PATH [--containers N] [--restarting N] [--seconds N]

  docker.py --binary PATH --throughput MIB

CPU for a GiB of lines: through the engine's API, from the file of the json-file driver, and from the same file as any other
by a rule for __path__ and the stage docker.

Fails where a line is lost or repeated, or where memory or requests are beyond what docs/docker.md states.
"""
import argparse, json, os, sys, time
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'Tests/EndToEnd'))
LIMITS = {'memory': 128, 'inspect': 3.2, 'logs': 3, 'list': 2.5}  # MiB; per restart; per restart; per second


def usage(pid):
    with open('/proc/%d/status' % pid) as f:
        memory = {l.split(':')[0]: l.split()[1] for l in f if len(l.split()) > 1}
    with open('/proc/%d/stat' % pid) as f:
        parts = f.read().rsplit(') ', 1)[1].split()
    return int(memory['VmHWM']) / 1024, (int(parts[11]) + int(parts[12])) / os.sysconf('SC_CLK_TCK')


def throughput(bench, megabytes):
    import bench as endpoint
    from agent import until
    from engine import stamp
    engine = bench.engine()
    file = bench.path('containers/c1/c1-json.log')
    os.makedirs(os.path.dirname(file))
    ns, size, count, raw = 1_700_000_000_000_000_000, 0, 0, []
    with open(file, 'w') as f:
        while size < megabytes << 20:
            line = '10.1.%d.%d - - "GET /api/v1/items/%d?page=%d HTTP/1.1" 200 %d "-" "Mozilla/5.0 (X11; Linux x86_64)" %x\n' % (
                count >> 8 & 255, count & 255, count * 7919 % 99991, count % 17, count % 20000, count * 2654435761 % 2**32)
            at = stamp(ns + count * 100_003)
            f.write(json.dumps({'log': line, 'stream': 'stdout', 'time': at}, separators=(',', ':')) + '\n')
            text = ('%s %s' % (at, line)).encode()
            raw.append(b'\1\0\0\0' + len(text).to_bytes(4, 'big') + text)
            size += len(line)
            count += 1
    engine.add('c1', 'web', driver='json-file', log_path=file, raw=b''.join(raw))
    nginx = endpoint.NullSink(bench.path('nginx'))
    try:
        rules = docker_rules = '[{source_labels: [__meta_docker_container_name], regex: "/(.*)", target_label: container}'
        for name, more, rules, stages in (
                ("the engine's API", ', read_log_files: false', docker_rules + ']', '[]'), ("the driver's file", '', docker_rules + ']', '[]'),
                ('a file, and the stage docker', '', docker_rules + ', {target_label: __path__, replacement: %s}]' % file, '[{docker: {}}]')):
            client = '{url: "%s/loki/api/v1/push", batchwait: 1s}' % nginx.url
            bench.configure(rules=rules, more=more, clients=[client])
            bench.write('config.yaml', bench.read('config.yaml') + '  pipeline_stages: %s\n' % stages, 'wb')
            if os.path.exists(bench.path('positions.yaml')):
                os.remove(bench.path('positions.yaml'))
                os.remove(bench.path('positions.yaml.swiftail'))
            began, process = time.time(), bench.start()
            until(lambda: bench.metric('promtail_sent_entries_total') >= count, 300, 'all lines')
            memory, cpu = usage(process.pid)
            print('%-30s %.2f CPU s per GiB of lines, %.0f MiB/s, %.0f MiB' % (
                name, cpu / size * 2**30, size / 2**20 / (time.time() - began), memory), flush=True)
            bench.stop(process)
    finally:
        nginx.close()


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('--binary', required=True)
    p.add_argument('--containers', type=int, default=500)
    p.add_argument('--restarting', type=int, default=200)
    p.add_argument('--seconds', type=int, default=60)
    p.add_argument('--throughput', type=int, metavar='MIB')
    a = p.parse_args()
    os.environ['SWIFTAIL'] = os.path.abspath(a.binary)
    import docker_test
    from agent import until

    class Bench(docker_test.DockerTest):
        def runTest(self):
            pass

    bench = Bench()
    bench.setUp()
    try:
        if a.throughput:
            return throughput(bench, a.throughput)
        engine = bench.engine()
        for n in range(a.containers):
            engine.add('%064x' % n, 'container-%d' % n, labels={'com.docker.compose.service': 'service-%d' % (n % 50)})
        bench.configure(refresh='60s')
        process = bench.start()
        ids = list(engine.containers)
        written = {}

        def write(n, count):
            written[n] = written.get(n, 0) + count
            engine.write(ids[n], *['container %d line %d\n' % (n, i) for i in range(written[n] - count, written[n])])

        for n in range(a.containers):
            write(n, 10)
        until(lambda: len(bench.lines(bench.sink_)) >= sum(written.values()), 120, 'the first lines')
        memory, cpu = usage(process.pid)
        print('%d containers at rest: %.0f MiB' % (a.containers, memory), flush=True)
        before, began, restarts = dict(engine.asked), time.time(), 0
        while time.time() - began < a.seconds:
            n = restarts % a.restarting
            write(n, 20)
            engine.stop(ids[n])
            # Down for a moment, as by a restart policy.
            back = (n + a.restarting - 10) % a.restarting
            if restarts >= 10:
                engine.start(ids[back])
            restarts += 1
            time.sleep(max(0, began + restarts * 3 / a.restarting - time.time()))
        seconds = time.time() - began
        for n in range(a.restarting):
            if not engine.containers[ids[n]].running:
                engine.start(ids[n])
        until(lambda: len(bench.lines(bench.sink_)) >= sum(written.values()), 60, 'all lines')
        got = bench.lines(bench.sink_)
        memory, now = usage(process.pid)
        asked = {k: v - before.get(k, 0) for k, v in engine.asked.items()}
        print('%d restarts in %.0f s: peak memory %.0f MiB, CPU %.1f %% of one core' % (restarts, seconds, memory, (now - cpu) / seconds * 100))
        print('requests: %.2f inspect and %.2f logs for each restart, %.2f lists a second, %d events' % (
            asked['json'] / restarts, asked['logs'] / restarts, asked['list'] / seconds, asked.get('events', 0)))
        print('lines: %d written, %d arrived, %d of them different' % (sum(written.values()), len(got), len(set(got))))
        good = len(got) == len(set(got)) == sum(written.values()) and memory <= LIMITS['memory'] \
            and asked['json'] / restarts <= LIMITS['inspect'] and asked['logs'] / restarts <= LIMITS['logs'] and asked['list'] / seconds <= LIMITS['list']
        sys.exit(0 if good else 1)
    finally:
        bench.tearDown()


if __name__ == '__main__':
    main()
