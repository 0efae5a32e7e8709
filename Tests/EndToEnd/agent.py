"""What the end-to-end tests share: the real binary, a real push endpoint, and waiting for conditions instead of time."""
import importlib.machinery, importlib.util, json, os, shutil, signal, socket, subprocess, tempfile, time, unittest, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BINARY = os.environ.get('SWIFTAIL', os.path.join(ROOT, '.build/release/swiftail'))
_loader = importlib.machinery.SourceFileLoader('conformance_run', os.path.join(HERE, '../Conformance/run'))
conformance = importlib.util.module_from_spec(importlib.util.spec_from_loader('conformance_run', _loader))
_loader.exec_module(conformance)
Sink, free_port = conformance.Sink, conformance.free_port


def until(condition, seconds=20, what='the condition'):
    """Waits for a condition and returns what it gave."""
    end = time.time() + seconds
    while True:
        got = condition()
        if got:
            return got
        if time.time() > end:
            raise AssertionError('%s did not come about within %d s' % (what, seconds))
        time.sleep(0.02)


def descriptors(pid):
    """What a process has open, by name; a descriptor that is closed while they are listed is left out."""
    names, folder = [], '/proc/%d/fd' % pid
    for fd in os.listdir(folder):
        try:
            names.append(os.readlink(os.path.join(folder, fd)))
        except FileNotFoundError:
            pass
    return names


class AgentTest(unittest.TestCase):
    """A folder, endpoints and agents of its own for each test."""

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix='swiftail-test')
        self.processes, self.sinks = [], []

    def tearDown(self):
        for p in self.processes:
            if p.poll() is None:
                p.kill()
            p.wait()
        for s in self.sinks:
            s.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, data, mode='ab'):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), mode) as f:
            f.write(data if isinstance(data, bytes) else data.encode())

    def sink(self):
        s = Sink()
        s.server.handle_error = lambda *_: None  # an agent that is killed cuts its connections
        self.sinks.append(s)
        return s

    def config(self, clients, stages='[]', path=None, extra=''):
        """A configuration with one job that reads *.log in the test's folder."""
        self.port = free_port()
        text = 'server: {http_listen_address: 127.0.0.1, http_listen_port: %d, log_level: info}\n' % self.port
        text += 'positions: {filename: %s, sync_period: 100ms}\ntarget_config: {sync_period: 200ms}\n' % self.path('positions.yaml')
        text += 'clients:\n' + ''.join('- %s\n' % c for c in clients)
        text += 'scrape_configs:\n- job_name: test\n  pipeline_stages: %s\n' % stages
        text += '  static_configs: [{labels: {job: test, __path__: "%s"}}]\n%s' % (path or self.path('*.log'), extra)
        self.write('config.yaml', text, 'wb')

    def client(self, sink, more=''):
        return '{url: "%s/loki/api/v1/push", batchwait: 50ms, backoff_config: {min_period: 20ms, max_period: 100ms}%s}' % (sink.url, more)

    def start(self, *args, wait=True):
        with open(self.path('stdout'), 'ab') as out, open(self.path('stderr'), 'ab') as err:
            p = subprocess.Popen([BINARY, *(args or ['-config.file=' + self.path('config.yaml')])], cwd=self.dir,
                                 stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        self.processes.append(p)
        if wait:
            until(lambda: p.poll() is not None or self.get('/metrics'), what='the start')
            self.assertIsNone(p.poll(), self.log())
        return p

    def stop(self, process, sig=signal.SIGTERM, seconds=10):
        process.send_signal(sig)
        return process.wait(seconds)

    def log(self):
        return self.read('stderr')

    def read(self, name):
        with open(self.path(name), errors='replace') as f:
            return f.read()

    def get(self, path):
        try:
            with urllib.request.urlopen('http://127.0.0.1:%d%s' % (self.port, path), timeout=5) as r:
                return r.read().decode()
        except OSError:
            return ''

    def metric(self, name):
        return sum(float(l.rpartition(' ')[2]) for l in self.get('/metrics').splitlines() if l.startswith((name + ' ', name + '{')))

    def lines(self, sink):
        with sink.lock:
            return [e[1] for p in sink.pushes for e in p[3]]

    def position(self, name):
        """What positions.yaml says of a file, or None."""
        import yaml
        try:
            return (yaml.safe_load(self.read('positions.yaml')) or {}).get('positions', {}).get(self.path(name))
        except FileNotFoundError:
            return None
