#!/usr/bin/env python3
"""What changes of discovery cost: CPU and memory with N pods on this node, R of which change each second.

  churn.py --binary PATH [--pods N] [--rate R] [--seconds S]

A stand-in API server lists the pods and then streams watch events: three quarters change a pod's annotations, as controllers do; the
others delete a pod and put another in its place. The rules are those of Promtail's chart.
Then pods with folders and files, while the endpoint is down: one of 300 is replaced each second, so that ever more are held whose lines
it has not taken; and 200 of 300 are deleted at once.
"""
import argparse, itertools, json, os, shutil, tempfile, threading, time
from cluster import APIServer, discovering, pod
from common import cpu, get, memory, metric

RULES = '''
  - {source_labels: [__meta_kubernetes_pod_controller_name], regex: '([0-9a-z-.]+?)(-[0-9a-f]{8,10})?', target_label: __tmp_controller_name}
  - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name, __meta_kubernetes_pod_label_app, __tmp_controller_name, __meta_kubernetes_pod_name], regex: '^;*([^;]+)(;.*)?$', target_label: app}
  - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_instance, __meta_kubernetes_pod_label_instance], regex: '^;*([^;]+)(;.*)?$', target_label: instance}
  - {source_labels: [__meta_kubernetes_pod_node_name], target_label: node_name}
  - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
  - {source_labels: [namespace, app], separator: /, target_label: job}
  - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
  - {source_labels: [__meta_kubernetes_pod_container_name], target_label: container}
  - {source_labels: [__meta_kubernetes_pod_uid, __meta_kubernetes_pod_container_name], separator: /, target_label: __path__, replacement: '%(dir)s/*$1/*.log'}
'''
SIZE = 3000


class Changes:
    """Changes of pods, told to one watch at a time."""
    def __init__(self, pods, rate):
        self.pods, self.rate, self.sent = pods, rate, 0

    def tell(self, send):
        present, following, version, began = list(range(self.pods)), self.pods, self.pods + 1, time.time()

        def event(kind, n):
            nonlocal version
            version += 1
            o = pod(n, SIZE)
            o['metadata']['resourceVersion'] = o['metadata']['annotations']['changed'] = str(version)
            send(json.dumps({'type': kind, 'object': o}).encode() + b'\n')
            self.sent += 1

        while True:
            while self.sent < (time.time() - began) * self.rate:
                at = self.sent * 7919 % self.pods
                if self.sent % 8 == 0:
                    event('DELETED', present[at])
                    present[at] = following
                    following += 1
                    event('ADDED', present[at])
                else:
                    event('MODIFIED', present[at])
            time.sleep(0.002)


def measure(binary, pods, rate, seconds):
    changes = Changes(pods, rate)
    with discovering(binary, APIServer(pods, SIZE, changes.tell), 'pod', RULES) as (pid, _, _):
        time.sleep(3)
        before, sent, start = sum(cpu(pid)), changes.sent, time.time()
        time.sleep(seconds)
        took, used = time.time() - start, memory(pid)
        return {'cpu_percent': (sum(cpu(pid)) - before) / took * 100, 'rss_mb': used['VmRSS'] / 2**20, 'peak_mb': used['VmHWM'] / 2**20,
                'changes_per_second': (changes.sent - sent) / took}


class Node:
    """Pods with their folders and files, as the kubelet has them; what happens to them is told once `begin` is set."""
    def __init__(self, pods, folder):
        self.pods, self.folder, self.version, self.begin = pods, folder, pods + 1, threading.Event()
        for n in range(pods):
            self.write(n)

    def folder_of(self, n):
        o = pod(n, SIZE)['metadata']
        return '%s/%s_%s_%s' % (self.folder, o['namespace'], o['name'], o['uid'])

    def write(self, n):
        os.makedirs(self.folder_of(n) + '/nginx')
        with open(self.folder_of(n) + '/nginx/0.log', 'w') as f:
            f.write('2026-01-01T00:00:00.000000001Z stdout F line of %d\n' % n)

    def event(self, send, kind, n):
        self.version += 1
        o = pod(n, SIZE)
        o['metadata']['resourceVersion'] = str(self.version)
        send(json.dumps({'type': kind, 'object': o}).encode() + b'\n')

    def delete(self, count):
        def tell(send):
            self.begin.wait()
            for n in range(count):
                self.event(send, 'DELETED', n)
            threading.Event().wait()
        return tell

    def replace(self, rate):
        """The oldest pod goes, its folder two seconds later."""
        def tell(send):
            self.begin.wait()
            for n in itertools.count():
                self.event(send, 'DELETED', n)
                self.write(self.pods + n)
                self.event(send, 'ADDED', self.pods + n)
                if n >= 2 * rate:
                    shutil.rmtree(self.folder_of(n - int(2 * rate)))
                time.sleep(1 / rate)
        return tell

    def measure(self, binary, tell, until, seconds):
        with discovering(binary, APIServer(self.pods, SIZE, tell), 'pod', RULES.replace('%(dir)s', self.folder)) as (pid, port, _):
            def await_metric(name, value):
                while metric(get(port, '/metrics'), name) < value:
                    time.sleep(0.1)
            await_metric('promtail_files_active_total', self.pods)
            self.begin.set()
            await_metric(*until)
            began, before = time.time(), sum(cpu(pid))
            time.sleep(seconds)
            used, took = sum(cpu(pid)) - before, time.time() - began
            await_metric(*until)
            return used / took * 100


def main():
    a = argparse.ArgumentParser(usage=__doc__)
    a.add_argument('--binary', required=True)
    a.add_argument('--pods', type=int, default=2000)
    a.add_argument('--rate', type=int, default=200)
    a.add_argument('--seconds', type=int, default=20)
    a = a.parse_args()
    quiet = measure(a.binary, a.pods, 0, 5)
    print('%d pods, no changes: %.2f %% of a core, resident %.1f MB' % (a.pods, quiet['cpu_percent'], quiet['rss_mb']), flush=True)
    got = measure(a.binary, a.pods, a.rate, a.seconds)
    print('%d pods, %d changes/s: %.2f %% of a core, resident %.1f MB, peak %.1f MB' % (
        a.pods, got['changes_per_second'], got['cpu_percent'], got['rss_mb'], got['peak_mb']), flush=True)
    with tempfile.TemporaryDirectory() as d:
        node = Node(300, d)
        used = node.measure(a.binary, node.replace(1), ('swiftail_targets_held', 1), a.seconds)
        print('300 pods, one replaced a second: %.2f %% of a core' % used, flush=True)
    with tempfile.TemporaryDirectory() as d:
        node = Node(300, d)
        used = node.measure(a.binary, node.delete(200), ('swiftail_targets_held', 200), a.seconds)
        print('200 of 300 pods deleted: %.2f %% of a core' % used, flush=True)


if __name__ == '__main__':
    main()
