"""What kubectl and helm answer, as recorded from kubectl 1.30 and Helm 3.15, over a cluster that is a JSON file.

The file (CLUSTER in the environment) holds namespaces and releases; every call is appended to `calls` there.
"""
import fcntl, http.server, json, os, sys, threading, yaml


class Cluster:
    """The state, held under a lock while the program runs."""

    def __enter__(self):
        self.file = open(os.environ['CLUSTER'], 'r+')
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.state = json.load(self.file)
        self.state['calls'].append([os.path.basename(sys.argv[0])] + sys.argv[1:])
        return self.state

    def __exit__(self, *_):
        self.file.seek(0)
        self.file.truncate()
        json.dump(self.state, self.file)
        self.file.close()


def option(name):
    for at, word in enumerate(sys.argv):
        if word == '--' + name:
            return sys.argv[at + 1]
        if word.startswith('--%s=' % name):
            return word.split('=', 1)[1]


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)


def kubectl(state):
    verb, words = sys.argv[1], sys.argv[2:]
    if verb == 'get' and words[0] == 'namespace':
        if words[1] in state['namespaces']:
            print('namespace/' + words[1])
        elif '--ignore-not-found' not in words:
            fail('Error from server (NotFound): namespaces "%s" not found' % words[1])
    elif verb == 'create' and words[0] == 'namespace':
        if words[1] in state['namespaces']:
            fail('Error from server (AlreadyExists): namespaces "%s" already exists' % words[1])
        state['namespaces'].append(words[1])
        print('namespace/%s created' % words[1])
    elif verb == 'get' and words[0] == 'daemonset,deployment':
        for name in state['releases']:
            if option('selector') == 'app.kubernetes.io/instance=' + name:
                print('daemonset.apps/' + name)
    elif verb == 'rollout':
        print('daemon set "%s" successfully rolled out' % words[1].split('/')[1])
    elif verb == 'port-forward':
        return lambda: forward(state.get('sick', False))
    else:
        fail('error: unknown command "%s"' % verb)


def forward(sick):
    """An agent's /ready (503 at first, as while it starts; for ever if it is sick) and /metrics on a free port, until the program is told to end."""
    class Agent(http.server.BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self):
            Agent.asked += 1
            if self.path == '/ready':
                status, text = (200, 'Ready') if Agent.asked > 1 and not sick else (503, 'Not ready')
            else:
                status, text = 200, 'promtail_build_info{version="0.1.0",tags="swiftail"} 1\n'
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Agent)
    print('Forwarding from 127.0.0.1:%d -> 3101' % server.server_port, flush=True)
    threading.Thread(target=server.serve_forever).run()


def helm(state):
    verb, words = sys.argv[1], sys.argv[2:]
    if verb == 'show':
        print(open(os.path.join(words[1], 'Chart.yaml')).read())
    elif verb == 'list':
        name = option('filter').strip('^$')
        found = [state['releases'][name]] if name in state['releases'] else []
        print(json.dumps([{k: r[k] for k in ('name', 'namespace', 'revision', 'status', 'chart')} for r in found]))
    elif verb == 'get':
        print(json.dumps(state['releases'][words[1]]['values'] or None))
    elif verb == 'upgrade':
        names = [w for w in words if not w.startswith('--')]
        name, chart = names[0], names[1]
        if option('namespace') not in state['namespaces']:
            fail('Error: create: failed to create: namespaces "%s" not found' % option('namespace'))
        values = yaml.safe_load(sys.stdin.read()) or {}
        if '--dry-run' in words:
            return print('Release "%s" has been upgraded. Happy Helming!' % name)
        with open(os.path.join(chart, 'Chart.yaml')) as f:
            meta = yaml.safe_load(f)
        revision = int(state['releases'].get(name, {}).get('revision', 0)) + 1
        state['releases'][name] = {'name': name, 'namespace': option('namespace'), 'revision': str(revision), 'status': 'deployed',
                                   'chart': '%s-%s' % (meta['name'], meta['version']), 'values': values}
        print('Release "%s" has been upgraded. Happy Helming!' % name)
    elif verb == 'uninstall':
        if state['releases'].pop(words[0], None) is None:
            fail('Error: uninstall: Release not loaded: %s: release: not found' % words[0])
        print('release "%s" uninstalled' % words[0])
    else:
        fail('Error: unknown command "%s" for "helm"' % verb)


def main(program):
    with Cluster() as state:
        after = program(state)
    if after:
        after()
