#!/usr/bin/env python3
"""Asks a workload's agent for /ready and /metrics through kubectl port-forward, until it is ready or the seconds are over.

verify.py KUBECTL NAMESPACE WORKLOAD PORT SECONDS [PATH PREFIX]
"""
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return None, str(error)


def main(kubectl, namespace, workload, port, seconds, prefix=''):
    # Port 0: kubectl takes a free one and says which.
    forward = subprocess.Popen([kubectl, 'port-forward', '--namespace', namespace, workload, ':' + port],
                               stdout=subprocess.PIPE, text=True)
    try:
        line = forward.stdout.readline()
        found = re.search(r'Forwarding from (127\.0\.0\.1:\d+)', line)
        if not found:
            sys.exit('kubectl port-forward %s said %r' % (workload, line))
        base = 'http://%s%s' % (found[1], prefix)
        end = time.monotonic() + float(seconds)
        while True:
            status, text = fetch(base + '/ready')
            if status == 200:
                break
            if time.monotonic() > end:
                sys.exit('%s is not ready: %s %s' % (workload, status, text.strip()))
            time.sleep(1)
        status, text = fetch(base + '/metrics')
        built = re.search(r'^promtail_build_info\{.*$', text, re.M)
        if status != 200 or not built:
            sys.exit('%s/metrics answers %s without promtail_build_info' % (base, status))
        print('%s is ready: %s' % (workload, built[0]))
    finally:
        forward.terminate()
        forward.wait()


if __name__ == '__main__':
    main(*sys.argv[1:])
