"""dns_sd_configs against a real name server: dnsmasq on an address of its own, which the agent finds in a resolv.conf of its own."""
import random, shutil, socket, subprocess, unittest
from agent import BINARY, AgentTest, free_port, until


class DNS(AgentTest):
    def resolver(self, *records):
        """A name server that knows these records and no others; port 53 is the only one that resolv.conf has."""
        arguments = [shutil.which('dnsmasq') or '/usr/sbin/dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts',
                     '--user=root', '--pid-file=', '--bind-interfaces', '--listen-address=' + self.address, '--local=/test/', '--local-ttl=0']
        with open(self.path('dnsmasq.log'), 'ab') as log:
            p = subprocess.Popen([*arguments, *records], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(p)

        def answers():
            with socket.socket() as s:
                return s.connect_ex((self.address, 53)) == 0
        until(lambda: p.poll() is not None or answers(), what='the name server')
        self.assertIsNone(p.poll(), self.read('dnsmasq.log'))
        return p

    def setUp(self):
        super().setUp()
        self.address = '127.%d.%d.%d' % (random.randint(64, 250), random.randint(1, 250), random.randint(2, 250))
        self.write('resolv.conf', 'nameserver %s\noptions timeout:1 attempts:1\n' % self.address)
        # A mount namespace gives the agent its own /etc/resolv.conf and nobody else.
        self.write('agent', '#!/bin/sh\nexec unshare --mount sh -c \'mount --bind "%s" /etc/resolv.conf && exec "%s" "$@"\' agent "$@"\n' % (
            self.path('resolv.conf'), BINARY))
        subprocess.run(['chmod', '+x', self.path('agent')], check=True)

    def begin(self, job):
        self.out = self.sink()
        self.port = free_port()
        self.write('config.yaml', 'server: {http_listen_address: 127.0.0.1, http_listen_port: %d}\n'
                   'positions: {filename: p.yaml}\nclients:\n- %s\nscrape_configs:\n%s' % (self.port, self.client(self.out), job), 'wb')
        with open(self.path('stderr'), 'ab') as err:
            p = subprocess.Popen([self.path('agent'), '-config.file=' + self.path('config.yaml')], cwd=self.dir, stdin=subprocess.DEVNULL, stderr=err)
        self.processes.append(p)
        until(lambda: p.poll() is not None or self.get('/metrics'), what='the start')
        self.assertIsNone(p.poll(), self.log())

    def addresses(self):
        import html, re
        return sorted(set(re.findall(r'__address__="([^"]*)"', html.unescape(self.get('/service-discovery')))))

    def test_a_srv_mx_and_a_name_that_changes(self):
        server = self.resolver('--host-record=app.test,10.1.0.1', '--host-record=app.test,10.1.0.2', '--srv-host=_http._tcp.app.test,one.test,8080,0,5',
                               '--srv-host=_http._tcp.app.test,two.test,8081,1,5', '--mx-host=app.test,mail.test,10')
        self.begin('''
- job_name: dns
  dns_sd_configs:
  - {names: [app.test], type: A, port: 80, refresh_interval: 1s}
  - {names: [_http._tcp.app.test], refresh_interval: 1s}
  - {names: [app.test], type: MX, port: 25, refresh_interval: 1s}
''')
        until(lambda: self.addresses() == ['10.1.0.1:80', '10.1.0.2:80', 'mail.test:25', 'one.test:8080', 'two.test:8081'], what='five targets')
        page = self.get('/service-discovery')
        for label in ('__meta_dns_name="_http._tcp.app.test"', '__meta_dns_srv_record_target="one.test."', '__meta_dns_srv_record_port="8080"',
                      '__meta_dns_mx_record_target="mail.test."'):
            self.assertIn(label, page.replace('&quot;', '"'))
        server.kill()
        server.wait()
        until(lambda: self.metric('swiftail_discovery_failures_total') >= 1, what='a failure while nobody answers')
        self.assertEqual(len(self.addresses()), 5, 'the old targets stay')
        self.resolver('--host-record=app.test,10.1.0.3', '--srv-host=_http._tcp.app.test,one.test,8080', '--mx-host=app.test,mail.test,10')
        until(lambda: self.addresses() == ['10.1.0.3:80', 'mail.test:25', 'one.test:8080'], what='the new targets')

    def test_an_answer_too_long_for_a_datagram_comes_by_tcp(self):
        self.resolver(*['--srv-host=_many._tcp.app.test,host-number-%03d.example.test,%d' % (n, 9000 + n) for n in range(100)])
        self.begin('- job_name: dns\n  dns_sd_configs: [{names: [_many._tcp.app.test], refresh_interval: 1s}]\n')
        until(lambda: len(self.addresses()) == 100, what='a hundred targets')


if __name__ == '__main__':
    unittest.main()
