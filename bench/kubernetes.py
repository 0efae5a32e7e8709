#!/usr/bin/env python3
"""Memory and time that Kubernetes' discovery takes: resident size with N pods in the API less that with one pod.

  kubernetes.py --binary PATH [--pods N] [--bytes B (of a pod's JSON)] [--stream]

Three jobs, one after the other: role endpoints, which watches all pods of the cluster; role pod with 110 pods; role pod with
N pods on this node, every one of them a target. The stand-in API server answers as the real one does from its cache: all in
one list, or with --stream as events of one watch.
"""
import argparse, time
from cluster import APIServer, discovering
from common import cpu, memory

RULES = '''
  - {source_labels: [__meta_kubernetes_pod_uid, __meta_kubernetes_pod_container_name], separator: /, target_label: __path__, replacement: "%(dir)s/*$1/*.log"}
  - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
'''


def measure(binary, role, count, size, streams):
    server = APIServer(count, size, watch=lambda send: time.sleep(3600), streams=streams)
    with discovering(binary, server, role, RULES) as (pid, _, ready):
        time.sleep(2)
        used = memory(pid)
        return used['VmRSS'] / 2**20, used['VmHWM'] / 2**20, ready, sum(cpu(pid)), server.bytes / 1e6


def main():
    a = argparse.ArgumentParser(usage=__doc__)
    a.add_argument('--binary', required=True)
    a.add_argument('--pods', type=int, default=100000)
    a.add_argument('--bytes', type=int, default=5000)
    a.add_argument('--stream', action='store_true')
    a = a.parse_args()
    for role, count in (('endpoints', a.pods), ('pod', 110), ('pod', a.pods)):
        base = measure(a.binary, role, 1, a.bytes, a.stream)
        got = measure(a.binary, role, count, a.bytes, a.stream)
        print('role %-9s %6d pods: resident %.1f MB (%+.1f MB), peak %.1f MB, ready after %.1f s, %.1f s CPU, %.0f MB of JSON' % (
            role, count, got[0], got[0] - base[0], got[1], got[2], got[3], got[4]), flush=True)


if __name__ == '__main__':
    main()
