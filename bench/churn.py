#!/usr/bin/env python3
"""What changes of discovery cost: CPU and memory with N pods on this node, R of which change each second.

  churn.py --binary PATH [--pods N] [--rate R] [--seconds S]

A stand-in API server lists the pods and then streams watch events: three quarters change a pod's annotations, as controllers do; the
others delete a pod and put another in its place. The rules are those of Promtail's chart.
"""
import argparse, http.server, json, os, subprocess, tempfile, threading, time, urllib.request
from kubernetes import free_port, pod, status

RULES = '''
  - {source_labels: [__meta_kubernetes_pod_controller_name], regex: '([0-9a-z-.]+?)(-[0-9a-f]{8,10})?', target_label: __tmp_controller_name}
  - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name, __meta_kubernetes_pod_label_app, __tmp_controller_name, __meta_kubernetes_pod_name], regex: '^;*([^;]+)(;.*)?$', target_label: app}
  - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_instance, __meta_kubernetes_pod_label_instance], regex: '^;*([^;]+)(;.*)?$', target_label: instance}
  - {source_labels: [__meta_kubernetes_pod_node_name], target_label: node_name}
  - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
  - {source_labels: [namespace, app], separator: /, target_label: job}
  - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
  - {source_labels: [__meta_kubernetes_pod_container_name], target_label: container}
  - {source_labels: [__meta_kubernetes_pod_uid, __meta_kubernetes_pod_container_name], separator: /, target_label: __path__, replacement: '%s/*$1/*.log'}
'''


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, count, rate):
        outer = self
        self.sent = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *a):
                pass

            def chunk(self, data):
                self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))

            def do_GET(self):
                self.send_response(200)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Transfer-Encoding', 'chunked')
                self.end_headers()
                if 'watch=' not in self.path:
                    self.chunk(b'{"kind":"List","metadata":{"resourceVersion":"%d"},"items":[' % (count + 1))
                    self.chunk(b','.join(pod(n, 3000) for n in range(count)))
                    self.chunk(b']}')
                    return self.wfile.write(b'0\r\n\r\n')
                present, following, version, began = list(range(count)), count, count + 1, time.time()
                while True:
                    while outer.sent < (time.time() - began) * rate:
                        at = outer.sent * 7919 % count
                        version += 1
                        if outer.sent % 8 == 0:
                            self.event('DELETED', present[at], version)
                            present[at] = following
                            following += 1
                            self.event('ADDED', present[at], version + 1)
                            version += 1
                            outer.sent += 2
                        else:
                            self.event('MODIFIED', present[at], version)
                            outer.sent += 1
                    self.wfile.flush()
                    time.sleep(0.002)

            def event(self, kind, n, version):
                o = json.loads(pod(n, 3000))
                o['metadata']['resourceVersion'] = str(version)
                o['metadata']['annotations']['changed'] = str(version)
                self.chunk(json.dumps({'type': kind, 'object': o}).encode() + b'\n')

        super().__init__(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *a):
        pass


def cpu(pid):
    with open('/proc/%d/stat' % pid) as f:
        return sum(map(int, f.read().rsplit(')', 1)[1].split()[11:13])) / os.sysconf('SC_CLK_TCK')


def measure(binary, pods, rate, seconds):
    server, port = Server(pods, rate), free_port()
    with tempfile.TemporaryDirectory() as d:
        with open(d + '/c.yaml', 'w') as f:
            f.write('server: {http_listen_address: 127.0.0.1, http_listen_port: %d}\npositions: {filename: %s/positions.yaml}\n'
                    'clients: [{url: "http://127.0.0.1:1/loki/api/v1/push"}]\nscrape_configs:\n- job_name: k\n'
                    '  kubernetes_sd_configs: [{role: pod, api_server: "http://127.0.0.1:%d"}]\n  relabel_configs:%s' % (
                        port, d, server.server_address[1], RULES % d))
        p = subprocess.Popen([binary, '-config.file=' + d + '/c.yaml'], env=dict(os.environ, HOSTNAME='node-a'), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            while True:
                time.sleep(0.1)
                try:
                    urllib.request.urlopen('http://127.0.0.1:%d/ready' % port, timeout=60).read()
                    break
                except OSError:
                    if p.poll() is not None:
                        raise SystemExit('the agent ended')
            time.sleep(3)
            before, sent, start = cpu(p.pid), server.sent, time.time()
            time.sleep(seconds)
            took = time.time() - start
            return {'cpu_percent': round((cpu(p.pid) - before) / took * 100, 2), 'rss_mb': round(status(p.pid, 'VmRSS'), 1),
                    'peak_mb': round(status(p.pid, 'VmHWM'), 1), 'changes_per_second': round((server.sent - sent) / took)}
        finally:
            p.kill()
            p.wait()
            server.shutdown()


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


if __name__ == '__main__':
    main()
