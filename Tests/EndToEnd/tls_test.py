"""TLS and authentication, towards Loki and on the agent's own pages, with certificates made on the spot."""
import base64, http.server, json, os, socket, ssl, subprocess, threading, unittest, urllib.error, urllib.parse, urllib.request
from agent import AgentTest, free_port, until


class Endpoint:
    """Takes pushes, by TLS or not, and keeps their headers; also gives out OAuth2 tokens."""

    def __init__(self, context=None, refuse=lambda headers: False):
        self.pushes, self.tokens, self.peers = [], [], []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *a):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                answer, status = b'', 204
                if self.path == '/token':
                    endpoint.tokens.append((dict(self.headers), urllib.parse.parse_qs(body.decode())))
                    answer = json.dumps({'access_token': 'token%d' % len(endpoint.tokens), 'token_type': 'bearer', 'expires_in': 3600}).encode()
                    status = 200
                elif refuse(self.headers):
                    status = 401
                else:
                    endpoint.pushes.append(dict(self.headers))
                    if context:
                        endpoint.peers.append(self.connection.getpeercert())
                self.send_response(status)
                if status != 204:
                    self.send_header('Content-Length', str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads, block_on_close = True, False

            def get_request(self):
                s, a = super().get_request()
                return (context.wrap_socket(s, server_side=True, do_handshake_on_connect=False) if context else s), a

            def handle_error(self, *a):
                pass

        self.server = Server(('127.0.0.1', 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class TLS(AgentTest):
    def openssl(self, *args):
        subprocess.run(['openssl', *args], cwd=self.dir, check=True, capture_output=True)

    def certificate(self, name, common, ca=None):
        """name.pem and name.key, signed by itself or by a CA."""
        self.openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', name + '.key', '-out', name + '.csr', '-subj', '/CN=' + common)
        self.write(name + '.ext', 'subjectAltName=DNS:%s\nbasicConstraints=CA:%s\n' % (common, 'FALSE' if ca else 'TRUE'), 'wb')
        sign = ['-CA', ca + '.pem', '-CAkey', ca + '.key', '-CAcreateserial'] if ca else ['-signkey', name + '.key']
        self.openssl('x509', '-req', '-in', name + '.csr', '-days', '2', '-out', name + '.pem', '-extfile', name + '.ext', *sign)

    def endpoint(self, *args, **kw):
        e = Endpoint(*args, **kw)
        self.addCleanup(e.close)
        return e

    def tls_server(self, client_ca=None):
        self.certificate('ca', 'test-ca')
        self.certificate('server', 'loki.test', 'ca')
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path('server.pem'), self.path('server.key'))
        if client_ca:
            context.load_verify_locations(self.path('ca.pem'))
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def url(self, endpoint, scheme='https'):
        return '%s://127.0.0.1:%d/loki/api/v1/push' % (scheme, endpoint.port)

    BASICS = ', batchwait: 50ms, backoff_config: {min_period: 20ms, max_period: 100ms}'

    def test_server_name_and_ca_are_checked(self):
        e = self.endpoint(self.tls_server())
        self.write('a.log', 'one\n')
        tls = 'tls_config: {ca_file: %s, server_name: %s}'
        self.config(['{url: "%s", %s%s}' % (self.url(e), tls % (self.path('ca.pem'), 'other.test'), self.BASICS)])
        agent = self.start()
        until(lambda: self.metric('promtail_batch_retries_total') >= 1 or 'level=warn' in self.log())
        self.assertEqual(e.pushes, [])
        self.stop(agent)
        self.config(['{url: "%s", %s%s}' % (self.url(e), tls % (self.path('ca.pem'), 'loki.test'), self.BASICS)])
        self.start()
        until(lambda: e.pushes)
        self.assertEqual(e.pushes[0]['Host'], '127.0.0.1:%d' % e.port)

    def test_client_certificates_rotate_while_running(self):
        e = self.endpoint(self.tls_server(client_ca=True))
        self.certificate('one', 'agent-one', 'ca')
        self.certificate('two', 'agent-two', 'ca')
        for kind in ('pem', 'key'):
            os.rename(self.path('one.' + kind), self.path('client.' + kind))
        self.write('a.log', 'one\n')
        self.config(['{url: "%s", tls_config: {ca_file: %s, server_name: loki.test, cert_file: %s, key_file: %s, min_version: TLS12}%s}' % (
            self.url(e), self.path('ca.pem'), self.path('client.pem'), self.path('client.key'), self.BASICS)])
        self.start()
        names = lambda: [dict(x[0] for x in p['subject'])['commonName'] for p in e.peers]
        until(lambda: names() == ['agent-one'])
        for kind in ('pem', 'key'):
            os.rename(self.path('two.' + kind), self.path('client.' + kind))

        def more():
            self.write('a.log', 'more\n')
            return 'agent-two' in names()
        until(more)

    def test_oauth2_asks_once_and_again_when_refused(self):
        revoked = set()
        e = self.endpoint(refuse=lambda h: h.get('Authorization') in revoked)
        self.write('a.log', 'one\n')
        self.config(['{url: "%s", oauth2: {client_id: me, client_secret: s3cr3t, token_url: "http://127.0.0.1:%d/token", scopes: [a, b], endpoint_params: {audience: loki}}%s}' % (
            self.url(e, 'http'), e.port, self.BASICS)])
        self.start()
        until(lambda: len(e.pushes) == 1)
        self.write('a.log', 'two\n')
        until(lambda: len(e.pushes) == 2)
        self.assertEqual([p['Authorization'] for p in e.pushes], ['Bearer token1'] * 2)
        headers, form = e.tokens[0]
        self.assertEqual(len(e.tokens), 1)
        self.assertEqual(base64.b64decode(headers['Authorization'].split()[1]), b'me:s3cr3t')
        self.assertEqual(form, {'grant_type': ['client_credentials'], 'scope': ['a b'], 'audience': ['loki']})
        revoked.add('Bearer token1')
        self.write('a.log', 'three\n')
        until(lambda: len(e.pushes) == 3)
        self.assertEqual(e.pushes[2]['Authorization'], 'Bearer token2')
        self.assertNotIn('s3cr3t', self.get('/config') + self.log())

    def test_pages_by_tls_with_client_certificates_and_a_password(self):
        self.tls_server()
        self.certificate('client', 'browser', 'ca')
        self.port = free_port()
        self.write('config.yaml', '''
server:
  http_listen_address: 127.0.0.1
  http_listen_port: %d
  tls_min_version: VersionTLS12
  http_tls_config: {cert_file: server.pem, key_file: server.key, client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert}
  basic_auth: {username: me, password: s3cr3t}
positions: {filename: p.yaml}
clients: [{url: "http://127.0.0.1:1/push"}]
''' % self.port, 'wb')
        self.start(wait=False)
        context = ssl.create_default_context(cafile=self.path('ca.pem'))
        context.check_hostname = False

        def get(context, password='s3cr3t'):
            r = urllib.request.Request('https://127.0.0.1:%d/config' % self.port)
            r.add_header('Authorization', 'Basic ' + base64.b64encode(b'me:' + password.encode()).decode())
            return urllib.request.urlopen(r, context=context, timeout=5).read().decode()

        def answered():
            try:
                return get(context)
            except urllib.error.URLError as e:
                return '' if 'refused' in str(e) else 'refused by TLS'
            except OSError:
                return 'refused by TLS'
        self.assertEqual(until(answered), 'refused by TLS')
        context.load_cert_chain(self.path('client.pem'), self.path('client.key'))
        page = get(context)
        self.assertIn('Configuration', page)
        self.assertNotIn('s3cr3t', page)
        with self.assertRaises(urllib.error.HTTPError) as e:
            get(context, 'wrong')
        self.assertEqual(e.exception.code, 401)

    def test_the_pages_certificate_is_renewed_while_running(self):
        self.tls_server()
        self.certificate('renewed', 'renewed.test', 'ca')
        self.port = free_port()
        self.write('config.yaml', '''
server:
  http_listen_address: 127.0.0.1
  http_listen_port: %d
  http_tls_config: {cert_file: server.pem, key_file: server.key}
positions: {filename: p.yaml}
clients: [{url: "http://127.0.0.1:1/push"}]
''' % self.port, 'wb')
        self.start(wait=False)
        context = ssl.create_default_context(cafile=self.path('ca.pem'))
        context.check_hostname = False

        def shown():
            try:
                with socket.create_connection(('127.0.0.1', self.port), timeout=5) as s, context.wrap_socket(s) as tls:
                    return dict(x[0] for x in tls.getpeercert()['subject'])['commonName']
            except OSError:
                return ''
        self.assertEqual(until(shown), 'loki.test')
        os.rename(self.path('renewed.key'), self.path('server.key'))
        # A key without its certificate is half a renewal: what was there is still shown.
        self.assertEqual(shown(), 'loki.test')
        until(lambda: shown() and 'its certificate has not' in self.log(), what='the reason in the log')
        os.rename(self.path('renewed.pem'), self.path('server.pem'))
        until(lambda: shown() == 'renewed.test')


if __name__ == '__main__':
    unittest.main()
