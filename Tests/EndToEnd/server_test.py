"""The agent's own pages: readiness, deadlines, limits and what is counted of requests."""
import socket, time, unittest, urllib.error, urllib.request
from agent import AgentTest, free_port, until


class Server(AgentTest):
    def start_with(self, server, rest='', wait=True):
        self.port = free_port()
        self.write('config.yaml', 'server: {http_listen_address: 127.0.0.1, http_listen_port: %d%s}\npositions: {filename: %s}\n'
                   'clients: [{url: "http://127.0.0.1:1/push"}]\n%s' % (self.port, server, self.path('p.yaml'), rest), 'wb')
        return self.start(wait=wait)

    def status(self, path, method='GET'):
        try:
            r = urllib.request.Request('http://127.0.0.1:%d%s' % (self.port, path), method=method)
            with urllib.request.urlopen(r, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def test_promtails_rule_of_readiness_on_request(self):
        self.start_with(', health_check_target: true', 'target_config: {sync_period: 100ms}\nscrape_configs: [{job_name: x, static_configs: [{labels: {__path__: "%s"}}]}]\n' % self.path('logs/*.log'))
        self.assertEqual(self.status('/ready'), (500, 'Not ready: Unable to find any logs to tail. Please verify permissions, volumes, scrape_config, etc.\n'))
        self.write('logs/a.log', 'one\n')
        until(lambda: self.status('/ready') == (200, 'Ready'))

    def test_healthy_and_unknown_paths(self):
        self.start_with(', http_path_prefix: /agent', wait=False)
        until(lambda: self.get('/agent/-/healthy'))
        for path in ('/ready', '/agent/ready/', '/agent/reload', '/agent/x'):
            self.assertEqual(self.status(path)[0], 404, path)

    def test_a_client_that_does_not_finish_its_request_is_cut_off(self):
        self.start_with(', http_server_read_header_timeout: 300ms')
        with socket.create_connection(('127.0.0.1', self.port)) as s:
            s.settimeout(10)
            s.sendall(b'GET /ready HTTP/1.1\r\nHost: x\r\n')
            begin = time.time()
            self.assertEqual(s.recv(100), b'')
            self.assertLess(time.time() - begin, 8)

    def test_connections_beyond_the_limit_wait(self):
        self.start_with(', http_listen_conn_limit: 1, http_server_idle_timeout: 1h')
        until(lambda: self.metric('tcp_connections') == 1)
        with socket.create_connection(('127.0.0.1', self.port)) as first:
            first.sendall(b'GET /ready HTTP/1.1\r\nHost: x\r\n\r\n')
            self.assertIn(b'200', first.recv(1000))
            with socket.create_connection(('127.0.0.1', self.port)) as second:
                second.sendall(b'GET /ready HTTP/1.1\r\nHost: x\r\n\r\n')
                second.settimeout(0.5)
                with self.assertRaises(TimeoutError):
                    second.recv(1000)
                first.close()
                second.settimeout(10)
                self.assertIn(b'200', second.recv(1000))

    def test_requests_are_counted_by_route(self):
        self.start_with('')
        self.status('/ready')
        self.status('/nothing')
        page = self.get('/metrics')
        self.assertIn('request_duration_seconds_count{method="GET",route="ready",status_code="200",ws="false"} 1', page)
        self.assertIn('request_duration_seconds_count{method="GET",route="other",status_code="404",ws="false"} 1', page)
        self.assertIn('inflight_requests{method="GET",route="metrics"} 1', page)


if __name__ == '__main__':
    unittest.main()
