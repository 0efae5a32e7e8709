"""Targets from discoveries: found, changed, kept when a discovery fails, and shown."""
import http.server, json, subprocess, threading, unittest, urllib.error, urllib.request
from agent import BINARY, AgentTest, conformance, free_port, until


class Discovery(AgentTest):
    def setUp(self):
        super().setUp()
        self.servers = []

    def tearDown(self):
        super().tearDown()
        for s in self.servers:
            s.close()

    def serve(self, where, paths):
        s = conformance.Canned(str(where), paths)
        self.servers.append(s)
        return s

    def start_with(self, job, extra=''):
        self.out = self.sink()
        self.port = free_port()
        self.write('config.yaml', 'server: {http_listen_address: 127.0.0.1, http_listen_port: %d}\n'
                   'positions: {filename: %s, sync_period: 100ms}\ntarget_config: {sync_period: 200ms}\nclients:\n- %s\n'
                   'scrape_configs:\n- job_name: found\n%s%s' % (
                       self.port, self.path('positions.yaml'), self.client(self.out), job, extra), 'wb')
        return self.start()

    def test_http_sd_and_a_server_that_fails_later(self):
        self.write('a.log', 'a1\n')
        port = free_port()
        targets = json.dumps([{'targets': ['h:1'], 'labels': {'__path__': self.path('a.log'), 'job': 'web'}}])
        answers = [{'headers': {'Content-Type': 'application/json'}, 'body': targets}, {'status': 500}]
        served = self.serve(port, {'/targets': answers})
        self.start_with('  http_sd_configs: [{url: "http://127.0.0.1:%d/targets", refresh_interval: 1s}]\n' % port)
        until(lambda: self.lines(self.out) == ['a1'])
        until(lambda: self.metric('swiftail_discovery_failures_total') >= 1)
        self.write('a.log', 'a2\n')
        until(lambda: self.lines(self.out) == ['a1', 'a2'])
        until(lambda: 'status 500' in self.get('/service-discovery'))
        page = self.get('/service-discovery')
        self.assertIn('http_sd', page)
        self.assertIn('__meta_url', page)
        self.assertEqual(self.metric('swiftail_discovered_targets'), 1)
        self.assertGreaterEqual(len(served.seen), 2)

    def test_a_discovery_that_never_answered_is_not_ready(self):
        self.start_with('  http_sd_configs: [{url: "http://127.0.0.1:%d/none", refresh_interval: 1s}]\n' % free_port())
        with self.assertRaises(urllib.error.HTTPError) as e:
            urllib.request.urlopen('http://127.0.0.1:%d/ready' % self.port)
        self.assertIn('http_sd of the job found has not answered', e.exception.read().decode())

    def test_docker_containers_and_their_files(self):
        ident = 'f' * 64
        log = self.path('docker/%s/%s-json.log' % (ident, ident))
        self.write('docker/%s/%s-json.log' % (ident, ident), json.dumps({'log': 'hello\n', 'stream': 'stdout', 'time': '2026-01-02T03:04:05.6Z'}) + '\n')
        containers = [{'Id': ident, 'Names': ['/web'], 'Labels': {'com.docker.compose.service': 'front'}, 'HostConfig': {'NetworkMode': 'front_net'},
                       'Ports': [{'PrivatePort': 80, 'PublicPort': 8080, 'IP': '0.0.0.0', 'Type': 'tcp'}, {'PrivatePort': 53, 'Type': 'udp'}],
                       'NetworkSettings': {'Networks': {'front_net': {'NetworkID': 'n1', 'IPAddress': '172.18.0.2'}}}}]
        networks = [{'Id': 'n1', 'Name': 'front_net', 'Scope': 'local', 'Internal': False, 'Ingress': False, 'Labels': {'a.b': 'c'}}]
        served = self.serve(self.path('docker.sock'), {'/containers/json': {'body': json.dumps(containers)}, '/networks': {'body': json.dumps(networks)}})
        self.start_with('''  docker_sd_configs: [{host: "unix://%s", refresh_interval: 1s, filters: [{name: label, values: [logging=on]}]}]
  pipeline_stages: [{docker: {}}]
  relabel_configs:
  - {source_labels: [__meta_docker_container_id], target_label: __path__, replacement: "%s"}
  - {source_labels: [__meta_docker_container_name], regex: "/(.*)", target_label: container}
  - {source_labels: [__meta_docker_container_label_com_docker_compose_service], target_label: service}
''' % (self.path('docker.sock'), self.path('docker/$1/$1-json.log')))
        until(lambda: self.lines(self.out) == ['hello\n'])
        with self.out.lock:
            text = str(self.out.pushes)
        self.assertIn("'container': 'web'", text)
        self.assertIn("'service': 'front'", text)
        page = self.get('/service-discovery')
        for label in ('__address__="172.18.0.2:80"', '__meta_docker_network_name="front_net"', '__meta_docker_port_public="8080"',
                      '__meta_docker_port_private="80"', '__meta_docker_network_label_a_b="c"', '__meta_docker_network_ip="172.18.0.2"',
                      '__meta_docker_container_network_mode="front_net"'):
            self.assertIn(label, page)
        self.assertNotIn('"53"', page)
        self.assertIn('GET /containers/json?filters=%7B%22label%22%3A%7B%22logging%3Don%22%3Atrue%7D%7D', served.seen)

    def test_consul_tells_of_changes_and_sends_the_token(self):
        self.write('a.log', 'a1\n')
        self.write('b.log', 'b1\n')
        test = self
        test.asked, test.index = [], threading.Event()

        class Consul(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *a):
                pass

            def do_GET(self):
                test.asked.append((self.path, self.headers.get('X-Consul-Token')))
                def instance(ident, file):
                    return {'Node': {'Node': 'n', 'Address': '10.0.0.1', 'Datacenter': 'dc1', 'Meta': {}, 'TaggedAddresses': None},
                            'Service': {'ID': ident, 'Service': 'web', 'Tags': None, 'Address': '', 'Port': 80, 'Meta': {'file': test.path(file)}}, 'Checks': []}
                body, index = None, '1'
                if self.path.startswith('/v1/catalog/services'):
                    if 'index=' in self.path:
                        test.index.wait(20)
                    body = {'web': ['keep'], 'other': []}
                elif self.path.startswith('/v1/health/service/web'):
                    both = 'index=' in self.path
                    if both:
                        test.index.wait(20)
                        index = '2'
                    body = [instance('1', 'a.log')] + ([instance('2', 'b.log')] if both else [])
                raw = json.dumps(body).encode()
                self.send_response(200 if body is not None else 404)
                self.send_header('X-Consul-Index', index)
                self.send_header('Content-Length', str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Consul)
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(self.index.set)
        self.start_with('''  consul_sd_configs: [{server: "127.0.0.1:%d", token: top5ecret, tags: [keep], node_meta: {a: b}, refresh_interval: 100ms}]
  relabel_configs: [{source_labels: [__meta_consul_service_metadata_file], target_label: __path__}]
''' % server.server_port)
        until(lambda: self.lines(self.out) == ['a1'])
        self.index.set()
        until(lambda: sorted(self.lines(self.out)) == ['a1', 'b1'])
        self.assertTrue(all(token == 'top5ecret' for _, token in self.asked), self.asked)
        self.assertFalse([p for p, _ in self.asked if '/other' in p], 'a service without the tag was asked for')
        health = [p for p, _ in self.asked if '/health/' in p]
        self.assertTrue(all('tag=keep' in p and 'node-meta=a%3Ab' in p and 'stale' in p for p in health), health)
        for page in ('/config', '/service-discovery', '/targets', '/metrics'):
            self.assertNotIn('top5ecret', self.get(page))
        self.assertNotIn('top5ecret', self.log())

    def test_an_inherited_discovery_is_refused_with_the_way_out(self):
        self.write('c.yaml', 'clients: [{url: "http://127.0.0.1:1/push"}]\nserver: {disable: true}\nscrape_configs: [{job_name: x, ec2_sd_configs: [{region: a}]}]\n', 'wb')
        p = subprocess.run([BINARY, '-config.file=' + self.path('c.yaml')], capture_output=True, text=True, timeout=20)
        self.assertEqual(p.returncode, 1)
        for word in ('ec2_sd_configs', 'file_sd_configs', 'http_sd_configs'):
            self.assertIn(word, p.stderr)


if __name__ == '__main__':
    unittest.main()
