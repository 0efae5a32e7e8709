"""Objects put straight into the etcd of a real API server: names, UIDs and statuses stay those of the recording."""
import json, os, subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
# file in objects/ -> kind, apiVersion, and where the API server keeps it
STORED = {
    'namespaces': ('Namespace', 'v1', 'namespaces'), 'nodes': ('Node', 'v1', 'minions'), 'pods': ('Pod', 'v1', 'pods'),
    'services': ('Service', 'v1', 'services/specs'), 'endpoints': ('Endpoints', 'v1', 'services/endpoints'),
    'ingresses': ('Ingress', 'networking.k8s.io/v1', 'ingress'), 'replicasets': ('ReplicaSet', 'apps/v1', 'replicasets'),
    'jobs': ('Job', 'batch/v1', 'jobs'), 'endpointslices': ('EndpointSlice', 'discovery.k8s.io/v1', 'endpointslices')}


class Etcd:
    def __init__(self, url):
        self.url = url

    def run(self, *command, data=b''):
        subprocess.run(['etcdctl', '--endpoints', self.url, *command], input=data, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, ETCDCTL_API='3'))

    def key(self, name, o):
        return '/'.join(p for p in ('/registry', STORED[name][2], o['metadata'].get('namespace'), o['metadata']['name']) if p)

    def put(self, name, o):
        meta = {k: v for k, v in o['metadata'].items() if k not in ('resourceVersion', 'managedFields', 'selfLink')}
        self.run('put', self.key(name, o), data=json.dumps(dict(o, kind=STORED[name][0], apiVersion=STORED[name][1], metadata=meta)).encode())

    def populate(self, name):
        """Puts what objects/ holds of a kind, and nothing else."""
        with open(os.path.join(HERE, 'objects', name + '.json'), encoding='utf-8') as f:
            items = json.load(f)['items']
        self.run('del', '--prefix', '/registry/%s/' % STORED[name][2])
        for o in items:
            self.put(name, o)

    def apply(self, name, event):
        """Makes the API server send such an event."""
        if event['type'] == 'DELETED':
            self.run('del', self.key(name, event['object']))
        else:
            self.put(name, event['object'])
