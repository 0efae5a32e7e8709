"""Containers' logs through a real engine: Podman from Debian, which serves Docker's API, with containers of busybox."""
import io, json, os, shutil, signal, subprocess, tarfile, tempfile, unittest
from agent import until
from docker_test import DockerTest

BUSYBOX = '/bin/busybox' if os.path.exists('/bin/busybox') else '/usr/bin/busybox'
# Limits that a container may have where the tests themselves run in one.
LIMITS = ['--network=host', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '--log-driver=k8s-file']


class Podman:
    """An engine with storage and a socket of its own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='pod')
        self.socket, self.service = self.dir + '/s', None
        self.command = ['podman', '--root', self.dir + '/root', '--runroot', self.dir + '/run', '--runtime', 'runc', '--events-backend', 'file']
        image = io.BytesIO()
        with tarfile.open(fileobj=image, mode='w') as tar:
            tar.add(BUSYBOX, 'bin/busybox')
            for name in ('sh', 'sleep', 'seq', 'head', 'tr', 'cat'):
                link = tarfile.TarInfo('bin/' + name)
                link.type, link.linkname = tarfile.SYMTYPE, 'busybox'
                tar.addfile(link)
        subprocess.run(self.command + ['import', '-', 'localhost/busybox:test'], input=image.getvalue(), check=True, capture_output=True)

    def __call__(self, *arguments):
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout.strip()

    def run(self, name, script, *more):
        return self('run', '--detach', '--name', name, *LIMITS, *more, 'localhost/busybox:test', 'sh', '-c', script)

    def up(self):
        self.service = subprocess.Popen([*self.command, 'system', 'service', '--time=0', 'unix://' + self.socket],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: os.path.exists(self.socket), what="the engine's socket")

    def down(self, sig=signal.SIGTERM):
        self.service.send_signal(sig)
        self.service.wait(30)
        if os.path.exists(self.socket):
            os.remove(self.socket)

    def close(self):
        self('rm', '--force', '--all', '--time', '0')
        self.down(signal.SIGKILL)
        subprocess.run(['umount', '-R', self.dir + '/root/overlay'], capture_output=True)
        shutil.rmtree(self.dir, ignore_errors=True)


class RealEngine(DockerTest):
    @classmethod
    def setUpClass(cls):
        cls.podman = Podman()
        cls.podman.up()
        cls.addClassCleanup(cls.podman.close)

    def setUp(self):
        super().setUp()
        self.configure(host='unix://' + self.podman.socket, refresh='1s')

    def tearDown(self):
        super().tearDown()
        self.podman('rm', '--force', '--all', '--time', '0')

    def of(self, container):
        with self.sink_.lock:
            return [e[1] for p in self.sink_.pushes for e in p[3] if p[2].get('container') == container]

    def test_both_streams_long_lines_and_a_last_line_without_end(self):
        self.start()
        self.podman.run('web', 'echo out; echo err >&2; head -c 40000 /dev/zero | tr "\\0" x; echo; printf "no end"')
        until(lambda: len(self.of('web')) == 4)
        self.assertEqual(sorted(self.of('web')), ['err', 'no end', 'out', 'x' * 40000])
        self.assertEqual(len(self.streams()), 2)

    def test_a_terminal(self):
        self.start()
        self.podman.run('web', 'echo out; echo err >&2; head -c 40000 /dev/zero | tr "\\0" x; echo; sleep 60', '--tty')
        until(lambda: len(self.of('web')) == 3)
        self.assertEqual(self.of('web'), ['out', 'err', 'x' * 40000])
        self.assertEqual(len(self.streams()), 1)

    def test_every_line_once_over_restarts_of_container_and_agent(self):
        self.podman.run('web', 'n=0; while [ $n -lt 400 ]; do echo "$(cat /proc/sys/kernel/random/uuid) $n"; n=$((n+1)); done')
        agent, written = self.start(), 400
        for round in range(6):
            if round % 2:
                self.assertEqual(self.stop(agent), 0)
            until(lambda: not self.running('web'))
            self.podman('start', 'web')
            written += 400
            if round % 2:
                agent = self.start()
        until(lambda: not self.running('web'))
        until(lambda: len(self.of('web')) >= written)
        self.assertEqual(self.of('web'), self.logged('web'))

    def running(self, name):
        return json.loads(self.podman('inspect', name))[0]['State']['Running']

    def logged(self, name):
        """What the engine wrote to its own file."""
        with open(json.loads(self.podman('inspect', name))[0]['HostConfig']['LogConfig']['Path']) as f:
            return [line.rstrip('\n').split(' ', 3)[3] for line in f]

    def test_after_kill_9_no_line_is_lost_and_copies_are_exact(self):
        self.podman.run('web', 'n=0; while true; do echo "line $n"; n=$((n+1)); [ $((n % 100)) = 0 ] && sleep 0.05; done')
        for round in range(4):
            agent = self.start()
            before = len(set(self.of('web')))
            until(lambda: len(set(self.of('web'))) > before + 300)
            self.stop(agent, signal.SIGKILL)
        self.start()
        self.podman('kill', 'web')
        until(lambda: set(self.of('web')) == set(self.logged('web')))
        self.assertEqual(len(set(self.entries())), len(self.logged('web')))

    def test_an_engine_that_restarts(self):
        self.podman.run('web', 'n=0; while true; do echo "line $n"; n=$((n+1)); [ $((n % 20)) = 0 ] && sleep 0.05; done')
        self.start()
        for sig in (signal.SIGTERM, signal.SIGKILL):
            until(lambda: self.of('web'))
            self.podman.down(sig)
            until(lambda: 'no engine listens' in self.get('/targets'))
            before = len(self.of('web'))
            self.podman.up()
            until(lambda: len(self.of('web')) > before + 100)
        self.podman('kill', 'web')
        until(lambda: len(self.of('web')) >= len(self.logged('web')))
        self.assertEqual(self.of('web'), self.logged('web'))

    def test_paused_renamed_and_removed(self):
        self.podman.run('web', 'n=0; while true; do echo "line $n"; n=$((n+1)); sleep 0.05; done')
        self.start()
        until(lambda: self.of('web'))
        try:
            self.podman('pause', 'web')
        except AssertionError:
            # No freezer where the tests themselves run in a container; the stand-in engine shows it.
            pass
        else:
            until(lambda: 'is paused' in self.get('/targets'))
            self.podman('unpause', 'web')
            until(lambda: 'is paused' not in self.get('/targets'))
        self.podman('rename', 'web', 'other')
        until(lambda: self.of('other'))
        self.podman('kill', 'other')
        until(lambda: len(self.of('web') + self.of('other')) >= len(self.logged('other')))
        self.assertEqual(self.of('web') + self.of('other'), self.logged('other'))
        self.podman('rm', '--force', '--time', '0', 'other')
        until(lambda: 'cursor-' not in self.read('positions.yaml'), what='the end of its position')

    def test_a_container_that_lives_for_a_moment(self):
        self.start()
        until(lambda: self.metric('swiftail_docker_requests_total') >= 3)
        self.podman.run('job', 'echo all it said')
        until(lambda: self.of('job') == ['all it said'])


if __name__ == '__main__':
    unittest.main()
