"""Pods of a cluster, a stand-in API server that tells of them, and an agent that discovers them."""
import contextlib, http.server, json, os, subprocess, tempfile, threading, time
from common import free_port, get


def pod(n, size):
    """A pod as the API tells it; `size` bytes of JSON."""
    name = 'web-%d-5d4f8c7b9d-x%05d' % (n % 997, n)
    o = {'metadata': {'name': name, 'namespace': 'team-%d' % (n % 50), 'uid': '00000000-0000-4000-8000-%012d' % n, 'resourceVersion': str(n + 1),
                      'labels': {'app.kubernetes.io/name': 'web-%d' % (n % 997), 'app.kubernetes.io/instance': 'prod', 'pod-template-hash': '5d4f8c7b9d'},
                      'annotations': {'prometheus.io/scrape': 'true', 'prometheus.io/port': '9113'},
                      'ownerReferences': [{'kind': 'ReplicaSet', 'name': 'web-%d-5d4f8c7b9d' % (n % 997), 'controller': True}], 'managedFields': [{'x': ''}]},
         'spec': {'nodeName': 'node-a', 'containers': [{'name': 'nginx', 'image': 'docker.io/library/nginx:1.25', 'ports': [{'name': 'http', 'containerPort': 8080, 'protocol': 'TCP'}]}]},
         'status': {'phase': 'Running', 'podIP': '10.%d.%d.%d' % (n >> 16, n >> 8 & 255, n & 255), 'hostIP': '10.0.0.1', 'conditions': [{'type': 'Ready', 'status': 'True'}],
                    'containerStatuses': [{'name': 'nginx', 'containerID': 'containerd://%064d' % n}]}}
    o['metadata']['managedFields'][0]['x'] = 'x' * max(0, size - len(json.dumps(o)))
    return o


class APIServer(http.server.ThreadingHTTPServer):
    """Answers a list as the real one does from its cache, all pods at once; `watch(send)` tells what follows. With `streams` a watch
    that asks for it begins with all pods, else that is refused."""
    daemon_threads = True

    def __init__(self, pods, size, watch, streams=False):
        outer = self
        self.bytes = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *a):
                pass

            def send(self, data):
                outer.bytes += len(data)
                self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))

            def send_pods(self, separator, form):
                for at in range(0, pods if '/pods' in self.path else 0, 100):
                    self.send((separator if at else b'') + separator.join(form % json.dumps(pod(n, size)).encode() for n in range(at, min(at + 100, pods))))

            def do_GET(self):
                is_stream = 'sendInitialEvents=' in self.path
                self.send_response(422 if is_stream and not streams else 200)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Transfer-Encoding', 'chunked')
                self.end_headers()
                if is_stream and not streams:
                    return self.wfile.write(b'0\r\n\r\n')
                if is_stream:
                    self.send_pods(b'\n', b'{"type":"ADDED","object":%s}')
                    self.send(b'\n{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"%d","annotations":{"k8s.io/initial-events-end":"true"}}}}\n' % (pods + 1))
                if 'watch=' in self.path:
                    self.wfile.flush()
                    return watch(self.send)
                self.send(b'{"kind":"List","metadata":{"resourceVersion":"%d"},"items":[' % (pods + 1))
                self.send_pods(b',', b'%s')
                self.send(b']}')
                self.wfile.write(b'0\r\n\r\n')

        super().__init__(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *a):
        pass


@contextlib.contextmanager
def discovering(binary, server, role, rules):
    """An agent that finds targets through the API server: its process id, its port, and the seconds until it was ready.

    `rules`: its relabel_configs, one a line; `%(dir)s` stands for a folder without files."""
    port, start = free_port(), time.time()
    with tempfile.TemporaryDirectory() as d:
        with open(d + '/c.yaml', 'w') as f:
            f.write('server: {http_listen_address: 127.0.0.1, http_listen_port: %d}\npositions: {filename: %s/positions.yaml}\n'
                    'clients: [{url: "http://127.0.0.1:1/loki/api/v1/push"}]\nscrape_configs:\n- job_name: k\n'
                    '  kubernetes_sd_configs: [{role: %s, api_server: "http://127.0.0.1:%d"}]\n  relabel_configs:\n%s' % (
                        port, d, role, server.server_address[1], rules % {'dir': d}))
        p = subprocess.Popen([binary, '-config.file=' + d + '/c.yaml'], env=dict(os.environ, HOSTNAME='node-a'), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            while not get(port, '/ready', timeout=60):
                if p.poll() is not None:
                    raise SystemExit('the agent ended')
                time.sleep(0.1)
            yield p.pid, port, time.time() - start
        finally:
            p.kill()
            p.wait()
            server.shutdown()
