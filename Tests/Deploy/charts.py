"""Rendering the chart, and Helm's merging of values, for the tests."""
import json, os, subprocess, tempfile, yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CHART = os.path.join(ROOT, 'deploy/helm/swiftail')
RENDER = os.path.join(ROOT, '.build/tools/chart-render')
CASES = os.path.join(ROOT, 'Tests/Conformance/helm')


def load(*path):
    with open(os.path.join(ROOT, *path)) as f:
        return yaml.safe_load(f)


def render(values=None, *flags, files=()):
    """The objects that the chart makes, by kind and name."""
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as f:
        yaml.safe_dump(values or {}, f)
        f.flush()
        command = [RENDER, 'logs', CHART, '-n', 'logging']
        for path in (*files, f.name):
            command += ['-f', os.path.join(ROOT, path)]
        done = subprocess.run(command + list(flags), capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    return {'%s/%s' % (d['kind'], d['metadata']['name']): d for d in yaml.safe_load_all(done.stdout) if d}


def pod(objects, name='DaemonSet/logs-swiftail'):
    return objects[name]['spec']['template']['spec']


def merged(base, over):
    out = dict(base)
    for key, value in (over or {}).items():
        if value is None:
            out.pop(key, None)
        elif isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = merged(out[key], value)
        else:
            out[key] = value
    return out


def schema():
    with open(os.path.join(CHART, 'values.schema.json')) as f:
        return json.load(f)
