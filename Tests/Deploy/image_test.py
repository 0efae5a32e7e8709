"""The container image, built without a registry, and run with Podman as Kubernetes would run it."""
import json, os, subprocess, sys, unittest
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '../EndToEnd')]
from agent import AgentTest, BINARY, free_port, until
import journals
from charts import ROOT, load

IMAGE = 'localhost/swiftail:deploy-test'
LIMIT = 90_000_000  # bytes, uncompressed


def podman(*arguments, check=True):
    done = subprocess.run(['podman', '--runtime', 'runc', *arguments], capture_output=True, text=True)
    if check and done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout.strip()


class ImageTest(AgentTest):
    @classmethod
    def setUpClass(cls):
        cls.root = os.path.join(ROOT, '.build/image')
        subprocess.run([ROOT + '/deploy/image/root', BINARY, cls.root], check=True)
        podman('build', '--isolation', 'chroot', '-q', '-f', ROOT + '/deploy/image/Dockerfile.root', '-t', IMAGE, cls.root)

    @classmethod
    def tearDownClass(cls):
        podman('rmi', '--force', IMAGE, check=False)

    def setUp(self):
        super().setUp()
        self.sinks_url = self.sink()
        self.name = os.path.basename(self.dir)
        self.write('logs/app.log', 'for root alone\n')
        os.chmod(self.path('logs/app.log'), 0o600)
        os.mkdir(self.path('state'))
        os.chown(self.path('state'), 65532, 0)
        self.port = free_port()
        self.write('etc/promtail.yaml', 'server: {http_listen_address: 127.0.0.1, http_listen_port: %d, grpc_listen_port: 0}\n'
                   'positions: {filename: /run/promtail/positions.yaml, sync_period: 100ms}\nclients:\n- %s\n'
                   'scrape_configs:\n- job_name: a\n  static_configs: [{labels: {job: a, __path__: /logs/*.log}}]\n'
                   % (self.port, self.client(self.sinks_url)))

    def tearDown(self):
        podman('rm', '--force', '--time', '5', self.name, check=False)
        super().tearDown()

    def run_agent(self, *more):
        # Limits that a container may have where the tests themselves run in one.
        podman('run', '--detach', '--name', self.name, '--network=host', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024',
               '--read-only', '--read-only-tmpfs=false', '--security-opt', 'no-new-privileges', '--cap-drop', 'ALL', *more,
               '-v', self.path('logs') + ':/logs:ro', '-v', self.path('etc') + ':/etc/promtail:ro', '-v', self.path('state') + ':/run/promtail', IMAGE)

    def logs(self):
        done = subprocess.run(['podman', 'logs', self.name], capture_output=True, text=True)
        return done.stdout + done.stderr

    def test_small_and_bare(self):
        about = json.loads(podman('image', 'inspect', IMAGE))[0]
        print('image: %.0f MB' % (about['Size'] / 1e6))
        self.assertLess(about['Size'], LIMIT)
        self.assertEqual(about['Config']['User'], '65532:65532')
        programs = [f for folder, _, files in os.walk(self.root + '/root') for f in files if folder.endswith('/bin')]
        self.assertEqual(programs, ['swiftail'])
        for name in ('etc/ssl/certs/ca-certificates.crt', 'usr/share/zoneinfo/Europe/Berlin'):
            self.assertGreater(os.path.getsize(os.path.join(self.root, 'root', name)), 100)

    def test_reads_the_nodes_journal_without_being_root(self):
        journals.write(self.path('journal/system.journal'), [{'MESSAGE': 'from the journal'}])
        os.chmod(self.path('journal/system.journal'), 0o640)
        self.write('etc/promtail.yaml', '- job_name: journal\n  journal: {path: /var/log/journal, labels: {job: systemd-journal}}\n')
        self.run_agent('--cap-add', 'DAC_READ_SEARCH', '-v', self.path('journal') + ':/var/log/journal:ro')
        until(lambda: 'from the journal' in self.lines(self.sinks_url), what='the entry')

    def test_hardened_reads_roots_logs_without_being_root(self):
        context = load('deploy/helm/swiftail/values-hardened.yaml')
        user = context['podSecurityContext']
        self.run_agent('--user', '%d:%d' % (user['runAsUser'], user['runAsGroup']),
                       *['--cap-add=' + c for c in context['containerSecurityContext']['capabilities']['add']])
        until(lambda: 'for root alone' in self.lines(self.sinks_url), what='the line')
        self.assertIn('Ready', until(lambda: self.get('/ready')))
        self.assertIn('promtail_build_info', self.get('/metrics'))
        self.assertIn('swiftail', podman('exec', self.name, 'swiftail', 'version'))
        podman('stop', '--time', '10', self.name)
        self.assertEqual(json.loads(podman('inspect', self.name))[0]['State']['ExitCode'], 0)
        self.assertIn('app.log', self.read('state/positions.yaml'))

    def test_the_charts_defaults_need_no_capability(self):
        os.chown(self.path('state'), 0, 0)
        self.run_agent('--user', '0:0')
        until(lambda: 'for root alone' in self.lines(self.sinks_url), what='the line')

    def test_without_the_capability_it_starts_and_says_what_it_cannot_read(self):
        self.run_agent('--user', '65532:65532')
        until(lambda: 'permission denied' in self.logs(), what='the complaint')
        self.assertIn('promtail_build_info', until(lambda: self.get('/metrics')))

    def test_take_over_as_the_charts_init_container(self):
        self.write('promtail/positions.yaml', 'positions:\n  /logs/app.log: "4"\n')
        os.chown(self.path('state'), 0, 0)
        podman('run', '--rm', '--user', '0:0', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '--network=host', '--read-only',
               '--cap-drop=ALL', '--cap-add=CHOWN', '--cap-add=DAC_OVERRIDE', '-v', self.path('promtail') + ':/promtail:ro',
               '-v', self.path('state') + ':/run/promtail', IMAGE,
               'take-over', '--to=/run/promtail/positions.yaml', '--from=/promtail/positions.yaml', '--owner=65532:0')
        self.run_agent('--user', '65532:0', '--cap-add=DAC_READ_SEARCH')
        until(lambda: self.lines(self.sinks_url) == ['root alone'], what='the rest of the line')

    def test_a_named_volume_holds_positions(self):
        """As docker run is documented: the image's own user, positions in a volume."""
        self.addCleanup(podman, 'volume', 'rm', '--force', self.name, check=False)
        podman('run', '--detach', '--name', self.name, '--network=host', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024',
               '--read-only', '--read-only-tmpfs=false', '--cap-drop=ALL', '--cap-add=DAC_READ_SEARCH',
               '-v', self.path('logs') + ':/logs:ro', '-v', self.path('etc') + ':/etc/promtail:ro', '-v', self.name + ':/var/lib/swiftail', IMAGE,
               '-config.file=/etc/promtail/promtail.yaml', '-positions.file=/var/lib/swiftail/positions.yaml')
        until(lambda: 'for root alone' in self.lines(self.sinks_url), what='the line')
        place = podman('volume', 'inspect', '--format', '{{.Mountpoint}}', self.name)
        until(lambda: os.path.exists(place + '/positions.yaml'), what='the positions')

    def test_both_files_describe_one_image(self):
        end = []
        for name in ('Dockerfile', 'Dockerfile.root'):
            with open(ROOT + '/deploy/image/' + name) as f:
                text = f.read()
            end.append(text[text.rindex('ENV'):])
        self.assertEqual(*end)


if __name__ == '__main__':
    unittest.main()
