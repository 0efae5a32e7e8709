"""The Ansible role against stand-ins of kubectl and helm that keep a cluster in a file."""
import json, os, re, subprocess, tempfile, unittest, yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MUTATING = {'create', 'upgrade', 'uninstall', 'delete', 'apply'}


class AnsibleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.cluster = os.path.join(self.folder, 'cluster.json')
        self.put(namespaces=['default'], releases={})

    def put(self, **state):
        with open(self.cluster, 'w') as f:
            json.dump(dict(state, calls=[]), f)

    def state(self):
        with open(self.cluster) as f:
            return json.load(f)

    def play(self, check=False, status=0, **variables):
        """Runs the play and returns how many tasks changed something, and the calls that change a cluster."""
        before = len(self.state()['calls'])
        variables.setdefault('swiftail_namespace', 'grafana')
        environment = dict(os.environ, CLUSTER=self.cluster, PATH='%s:%s' % (os.path.join(HERE, 'standins'), os.environ['PATH']),
                           ANSIBLE_CONFIG=os.path.join(ROOT, 'deploy/ansible/ansible.cfg'), ANSIBLE_HOME=self.folder,
                           ANSIBLE_LOCALHOST_WARNING='False', ANSIBLE_INVENTORY_UNPARSED_WARNING='False', LC_ALL='C.UTF-8')
        command = [os.path.join(ROOT, '.build/tools/python/bin/ansible-playbook'), os.path.join(ROOT, 'deploy/ansible/playbook.yml'),
                   '-e', json.dumps(variables)] + (['--check'] if check else [])
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        calls = [c for c in self.state()['calls'][before:] if c[1] in MUTATING and '--dry-run' not in c]
        self.output = done.stdout
        return int(re.search(r'changed=(\d+)', done.stdout)[1]), calls

    def test_first_run_installs_and_second_changes_nothing(self):
        values = {'config': {'clients': [{'url': 'http://loki/loki/api/v1/push'}]}}
        changed, calls = self.play(swiftail_values=values)
        self.assertEqual((changed, [c[:2] for c in calls]), (2, [['kubectl', 'create'], ['helm', 'upgrade']]))
        release = self.state()['releases']['swiftail']
        self.assertEqual((release['values'], release['namespace']), (values, 'grafana'))
        all_calls = [c[:2] for c in self.state()['calls']]
        self.assertIn(['kubectl', 'rollout'], all_calls)
        self.assertLess(all_calls.index(['kubectl', 'rollout']), all_calls.index(['kubectl', 'port-forward']))
        self.assertEqual(self.play(swiftail_values=values), (0, []))
        self.assertEqual(self.state()['releases']['swiftail']['revision'], '1')

    def test_a_namespace_that_exists_and_changed_values(self):
        self.put(namespaces=['grafana'], releases={})
        self.play()
        changed, calls = self.play(swiftail_values={'config': {'logLevel': 'debug'}})
        self.assertEqual((changed, [c[:2] for c in calls]), (1, [['helm', 'upgrade']]))
        # Never uninstalled in between: that would be the gap.
        self.assertNotIn('uninstall', [c[1] for c in self.state()['calls']])

    def test_check_mode_tells_and_changes_nothing(self):
        before = self.state()['releases']
        self.assertEqual(self.play(check=True)[1], [])
        self.put(namespaces=['grafana'], releases={})
        changed, calls = self.play(check=True, swiftail_values={'a': 1})
        self.assertEqual((changed, calls, self.state()['releases']), (1, [], before))

    def test_promtail_is_replaced_when_swiftail_is_ready(self):
        promtail = {'name': 'promtail', 'namespace': 'grafana', 'revision': '4', 'status': 'deployed', 'chart': 'promtail-6.16.4', 'values': {}}
        self.put(namespaces=['grafana'], releases={'promtail': promtail})
        old = os.path.join(self.folder, 'promtail-values.yaml')
        with open(old, 'w') as f:
            yaml.safe_dump({'config': {'logLevel': 'warn', 'clients': [{'url': 'http://old/push'}]}}, f)
        arguments = dict(swiftail_replaces='promtail', swiftail_values_files=[old], swiftail_values={'config': {'logLevel': 'info'}})
        changed, calls = self.play(**arguments)
        self.assertEqual((changed, [c[:2] for c in calls]), (2, [['helm', 'upgrade'], ['helm', 'uninstall']]))
        self.assertEqual(list(self.state()['releases']), ['swiftail'])
        self.assertEqual(self.state()['releases']['swiftail']['values'],
                         {'config': {'logLevel': 'info', 'clients': [{'url': 'http://old/push'}]}, 'takeOver': {'enabled': True}})
        all_calls = [c[:2] for c in self.state()['calls']]
        self.assertLess(all_calls.index(['kubectl', 'port-forward']), all_calls.index(['helm', 'uninstall']))
        self.assertEqual(self.play(**arguments), (0, []))

    def test_promtail_stays_if_swiftail_does_not_get_ready(self):
        promtail = {'name': 'promtail', 'namespace': 'grafana', 'revision': '4', 'status': 'deployed', 'chart': 'promtail-6.16.4', 'values': {}}
        self.put(namespaces=['grafana'], releases={'promtail': promtail}, sick=True)
        self.play(status=2, swiftail_replaces='promtail', swiftail_ready_seconds=1)
        self.assertIn('daemonset.apps/swiftail is not ready: 503 Not ready', self.output)
        self.assertIn('promtail', self.state()['releases'])

    def test_a_failed_release_is_upgraded(self):
        self.put(namespaces=['grafana'], releases={'swiftail': {'name': 'swiftail', 'namespace': 'grafana', 'revision': '1',
                                                                 'status': 'failed', 'chart': 'swiftail-0.1.0', 'values': {}}})
        changed, calls = self.play()
        self.assertEqual((changed, [c[:2] for c in calls]), (1, [['helm', 'upgrade']]))


if __name__ == '__main__':
    unittest.main()
