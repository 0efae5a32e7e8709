#!/usr/bin/env python3
"""Memory and time that Kubernetes' discovery takes: resident size with N pods in the API less that with one pod.

  kubernetes.py --binary PATH [--pods N] [--bytes B (of a pod's JSON)] [--stream]

Three jobs, one after the other: role endpoints, which watches all pods of the cluster; role pod with 110 pods; role pod with
N pods on this node, every one of them a target. The stand-in API server answers as the real one does from its cache: all in
one list, or with --stream as events of one watch.
"""
import argparse, http.server, json, os, socket, subprocess, sys, tempfile, threading, time, urllib.request


def pod(n, size):
    name = 'web-%d-5d4f8c7b9d-x%05d' % (n % 997, n)
    o = {'metadata': {'name': name, 'namespace': 'team-%d' % (n % 50), 'uid': '00000000-0000-4000-8000-%012d' % n, 'resourceVersion': str(n + 1),
                      'labels': {'app.kubernetes.io/name': 'web-%d' % (n % 997), 'app.kubernetes.io/instance': 'prod', 'pod-template-hash': '5d4f8c7b9d'},
                      'annotations': {'prometheus.io/scrape': 'true', 'prometheus.io/port': '9113'},
                      'ownerReferences': [{'kind': 'ReplicaSet', 'name': 'web-%d-5d4f8c7b9d' % (n % 997), 'controller': True}], 'managedFields': [{'x': ''}]},
         'spec': {'nodeName': 'node-a', 'containers': [{'name': 'nginx', 'image': 'docker.io/library/nginx:1.25', 'ports': [{'name': 'http', 'containerPort': 8080, 'protocol': 'TCP'}]}]},
         'status': {'phase': 'Running', 'podIP': '10.%d.%d.%d' % (n >> 16, n >> 8 & 255, n & 255), 'hostIP': '10.0.0.1', 'conditions': [{'type': 'Ready', 'status': 'True'}],
                    'containerStatuses': [{'name': 'nginx', 'containerID': 'containerd://%064d' % n}]}}
    o['metadata']['managedFields'][0]['x'] = 'x' * max(0, size - len(json.dumps(o)))
    return json.dumps(o).encode()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, count, size, streams):
        outer = self
        self.bytes = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *a):
                pass

            def chunk(self, data):
                outer.bytes += len(data)
                self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))

            def pods(self, separator, form):
                for at in range(0, count, 100):
                    self.chunk((separator if at else b'') + separator.join(form % pod(n, size) for n in range(at, min(at + 100, count))))

            def do_GET(self):
                is_stream = 'sendInitialEvents=' in self.path
                self.send_response(422 if is_stream and not streams else 200)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Transfer-Encoding', 'chunked')
                self.end_headers()
                if is_stream and not streams:
                    return self.wfile.write(b'0\r\n\r\n')
                if is_stream:
                    if '/pods' in self.path:
                        self.pods(b'\n', b'{"type":"ADDED","object":%s}')
                    self.chunk(b'\n{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"%d","annotations":{"k8s.io/initial-events-end":"true"}}}}\n' % (count + 1))
                if 'watch=' in self.path:
                    self.wfile.flush()
                    time.sleep(3600)
                self.chunk(b'{"kind":"List","metadata":{"resourceVersion":"%d"},"items":[' % (count + 1))
                if '/pods' in self.path:
                    self.pods(b',', b'%s')
                self.chunk(b']}')
                self.wfile.write(b'0\r\n\r\n')

        super().__init__(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def status(pid, key):
    with open('/proc/%d/status' % pid) as f:
        return int(next(l for l in f if l.startswith(key)).split()[1]) / 1024


def measure(binary, role, count, size, streams):
    server, port = Server(count, size, streams), free_port()
    with tempfile.TemporaryDirectory() as d:
        with open(d + '/c.yaml', 'w') as f:
            f.write('''server: {http_listen_address: 127.0.0.1, http_listen_port: %d}
positions: {filename: %s/positions.yaml}
clients: [{url: "http://127.0.0.1:1/loki/api/v1/push"}]
scrape_configs:
- job_name: k
  kubernetes_sd_configs: [{role: %s, api_server: "http://127.0.0.1:%d"}]
  relabel_configs:
  - {source_labels: [__meta_kubernetes_pod_uid, __meta_kubernetes_pod_container_name], separator: /, target_label: __path__, replacement: "%s/*$1/*.log"}
  - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
''' % (port, d, role, server.server_address[1], d))
        start = time.time()
        p = subprocess.Popen([binary, '-config.file=' + d + '/c.yaml'], env=dict(os.environ, HOSTNAME='node-a'), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            while True:
                time.sleep(0.1)
                if p.poll() is not None:
                    sys.exit('the agent ended')
                try:
                    urllib.request.urlopen('http://127.0.0.1:%d/ready' % port, timeout=60).read()
                    break
                except OSError:
                    continue
            ready = time.time() - start
            time.sleep(2)
            with open('/proc/%d/stat' % p.pid) as f:
                cpu = sum(map(int, f.read().rsplit(')', 1)[1].split()[11:13])) / os.sysconf('SC_CLK_TCK')
            return status(p.pid, 'VmRSS'), status(p.pid, 'VmHWM'), ready, cpu, server.bytes / 1e6
        finally:
            p.kill()
            p.wait()
            server.shutdown()


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
