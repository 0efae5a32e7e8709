"""The Helm chart: the promtail chart's cases, its schema, what it adds, and that every value is told and read."""
import glob, os, re, subprocess, sys, tempfile, unittest, jsonschema, yaml
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from charts import CASES, CHART, RENDER, ROOT, load, merged, pod, render, schema


def leaves(values, path=''):
    for key, value in values.items():
        where = '%s.%s' % (path, key) if path else key
        yield where
        if isinstance(value, dict):
            yield from leaves(value, where)


class ChartTest(unittest.TestCase):
    def test_promtail_charts_cases(self):
        done = subprocess.run([sys.executable, CASES + '/run', '--chart', CHART, '--render', RENDER], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        cases = len(os.listdir(CASES + '/values'))
        self.assertGreaterEqual(cases, 30)
        self.assertIn('%d passed, 0 failed' % cases, done.stdout)

    def test_renderer(self):
        subprocess.run([CASES + '/chart-render/selftest', RENDER], check=True, capture_output=True)

    def test_schema_takes_every_case(self):
        jsonschema.Draft7Validator.check_schema(schema())
        validator = jsonschema.Draft7Validator(schema())
        base = load(CHART, 'values.yaml')
        files = glob.glob(CASES + '/values/*.yaml') + [CHART + '/values-hardened.yaml']
        for path in files:
            with self.subTest(os.path.basename(path)):
                self.assertEqual([e.message for e in validator.iter_errors(merged(base, load(path)))], [])
        own = {'x-anchors': {'a': 1}, 'global': {'mine': 1}, 'enabled': True, 'config': {'snippets': {'mine': 'text'}},
               'image': {'tag': 3.5}, 'extraContainers': {'a': {'image': 'b'}}}
        self.assertEqual(list(validator.iter_errors(merged(base, own))), [])

    def test_schema_refuses(self):
        validator = jsonschema.Draft7Validator(schema())
        base = load(CHART, 'values.yaml')
        for values in ({'tolerationss': []}, {'tolerations': {}}, {'config': {'clients': {'url': 'x'}}}, {'config': {'client': []}},
                       {'daemonset': {'enable': True}}, {'resources': {'request': {}}}, {'config': {'serverPort': '3101'}},
                       {'extraPorts': {'a': {'port': 1}}}, {'extraPorts': {'a': {'containerPort': 1, 'service': {'type': 'Loadbalancer'}}}},
                       {'image': {'pullPolicy': 'always'}}, {'serviceMonitor': {'scheme': 'ftp'}}, {'httpPathPrefix': 'agent'},
                       {'takeOver': {'enabled': 'yes'}}, {'extraEnv': {'A': 'b'}}, {'defaultVolumeMounts': [{'name': 'a'}]},
                       {'podAnnotations': {'a': True}}, {'sidecar': {'configReloader': {'enable': True}}}):
            with self.subTest(values):
                self.assertNotEqual(list(validator.iter_errors(merged(base, values))), [])

    def test_every_value_is_told_and_read(self):
        with open(CHART + '/README.md') as f:
            told = set(re.findall(r'^\| `([^`]+)` \|', f.read(), re.M))
        templates = ''
        for path in glob.glob(CHART + '/templates/*') + [CHART + '/values.yaml']:
            with open(path) as f:
                templates += f.read()
        known = list(leaves(load(CHART, 'values.yaml')))
        with open(CASES + '/VALUES.md') as f:
            promtails = re.findall(r'^\| `([^`]+)` \|', f.read(), re.M)
        self.assertGreater(len(promtails), 150)
        for name in promtails:
            self.assertIn(name, told)
        for name in known:
            # Parts of free-form maps are told by the map's row.
            self.assertTrue(any(name == t or name.startswith(t + '.') for t in told) or any(t.startswith(name + '.') for t in told), name)
        for name in told - {'enabled'}:
            # A template reads it, or a map above it as a whole.
            parts = name.replace('.*', '').split('.')
            read = parts[-1] in templates or any(re.search(r'\.%s\b' % p, templates) for p in parts[:-1])
            self.assertTrue(read, name)

    def test_positions_outlive_a_reboot_and_lie_where_configurations_look(self):
        spec = pod(render())
        run = next(v for v in spec['volumes'] if v['name'] == 'run')
        self.assertEqual(run['hostPath'], {'path': '/var/lib/swiftail', 'type': 'DirectoryOrCreate'})
        self.assertIn({'name': 'run', 'mountPath': '/run/promtail'}, spec['containers'][0]['volumeMounts'])
        self.assertNotIn('initContainers', spec)

    def test_take_over(self):
        spec = pod(render({'takeOver': {'enabled': True}, 'config': {'positions': {'filename': '/run/promtail/pos.yaml'}},
                           'initContainer': [{'name': 'mine', 'image': 'b'}]}))
        self.assertEqual([c['name'] for c in spec['initContainers']], ['mine', 'take-over'])
        take = spec['initContainers'][1]
        self.assertEqual(take['args'], ['take-over', '--to=/run/promtail/pos.yaml', '--from=/promtail/pos.yaml'])
        self.assertIn({'name': 'promtail-positions', 'mountPath': '/promtail', 'readOnly': True}, take['volumeMounts'])
        self.assertEqual(take['image'], spec['containers'][0]['image'])
        self.assertEqual(take['securityContext']['capabilities'], {'drop': ['ALL']})
        self.assertNotIn('promtail-positions', [m['name'] for m in spec['containers'][0]['volumeMounts']])

    def test_hardened(self):
        objects = render(None, files=[CHART + '/values-hardened.yaml'])
        spec, main = pod(objects), pod(objects)['containers'][0]
        self.assertEqual(spec['securityContext'], {'runAsUser': 65532, 'runAsGroup': 0, 'runAsNonRoot': True,
                                                   'seccompProfile': {'type': 'RuntimeDefault'}})
        self.assertEqual(main['securityContext'], {'readOnlyRootFilesystem': True, 'allowPrivilegeEscalation': False,
                                                   'capabilities': {'drop': ['ALL'], 'add': ['DAC_READ_SEARCH']}})
        self.assertEqual(main['resources']['requests'], {'cpu': '20m', 'memory': '48Mi'})
        self.assertIn('--owner=65532:0', spec['initContainers'][0]['args'])
        policy = objects['NetworkPolicy/logs-swiftail']['spec']
        labels = objects['DaemonSet/logs-swiftail']['spec']['template']['metadata']['labels']
        self.assertLessEqual(policy['podSelector']['matchLabels'].items(), labels.items())

    def test_notes_show_the_commands(self):
        done = subprocess.run([RENDER, 'logs', CHART, '-n', 'logging', '--notes', '--set', 'config.serverPort=9080,httpPathPrefix=/a'],
                              capture_output=True, text=True, check=True)
        self.assertIn('kubectl --namespace logging port-forward daemonset/logs-swiftail 9080', done.stdout)
        self.assertIn('curl http://127.0.0.1:9080/a/metrics', done.stdout)
        self.assertIn('kubectl --namespace logging exec daemonset/logs-swiftail -- '
                      'swiftail explain --server http://127.0.0.1:9080/a POD', done.stdout)

    def test_helm_test_asks_the_service(self):
        self.assertNotIn('Pod/logs-swiftail-test', render())
        objects = render({'service': {'enabled': True}, 'httpPathPrefix': '/a'})
        test = objects['Pod/logs-swiftail-test']
        self.assertEqual(test['metadata']['annotations']['helm.sh/hook'], 'test')
        self.assertIn('http://logs-swiftail-metrics:3101/a/ready', test['spec']['containers'][0]['args'][0])
        self.assertIn('Service/logs-swiftail-metrics', objects)

    def test_rules_and_dashboard(self):
        objects = render({'serviceMonitor': {'enabled': True, 'prometheusRule': {'enabled': True, 'alerts': True, 'rules': [
            {'record': 'a', 'expr': 'b'}]}}, 'dashboard': {'enabled': True}})
        groups = objects['PrometheusRule/logs-swiftail']['spec']['groups']
        self.assertEqual(groups[0], {'name': 'logs-swiftail', 'rules': [{'record': 'a', 'expr': 'b'}]})
        self.assertEqual(groups[1:], load('deploy/alerts.yaml')['groups'])
        dashboard = yaml.safe_load(objects['ConfigMap/logs-swiftail-dashboard']['data']['swiftail.json'])
        self.assertEqual(dashboard, load('deploy/grafana/swiftail.json'))

    def test_autoscaler_policy_and_old_clusters(self):
        values = {'daemonset': {'autoscaling': {'enabled': True, 'controlledResources': ['memory'], 'maxAllowed': {'memory': '1Gi'},
                                                'recommenders': [{'name': 'r'}], 'updatePolicy': {'updateMode': 'Auto'}}},
                  'rbac': {'pspEnabled': True}, 'deployment': {'enabled': True, 'autoscaling': {'enabled': True}},
                  'extraPorts': {'httpPush': {'containerPort': 3500, 'ingress': {'hosts': ['a.example'], 'ingressClassName': 'n'}}}}
        objects = render(values, '-a', 'autoscaling.k8s.io/v1', '-a', 'policy/v1beta1/PodSecurityPolicy', '--kube-version', 'v1.17.0')
        scaler = objects['VerticalPodAutoscaler/logs-swiftail']['spec']
        self.assertEqual(scaler['resourcePolicy']['containerPolicies'],
                         [{'containerName': 'swiftail', 'controlledResources': ['memory'], 'maxAllowed': {'memory': '1Gi'}}])
        self.assertEqual(objects['HorizontalPodAutoscaler/logs-swiftail']['apiVersion'], 'autoscaling/v2beta2')
        self.assertEqual(objects['Role/logs-swiftail-psp']['rules'][0]['resourceNames'], ['logs-swiftail'])
        ingress = objects['Ingress/logs-swiftail-httppush']
        self.assertEqual(ingress['apiVersion'], 'networking.k8s.io/v1beta1')
        self.assertEqual(ingress['spec']['rules'][0]['http']['paths'],
                         [{'path': '/', 'backend': {'serviceName': 'logs-swiftail-httppush', 'servicePort': 3500}}])
        # A cluster without these APIs gets none of their objects.
        self.assertNotIn('VerticalPodAutoscaler/logs-swiftail', render(values))

    def test_configuration_is_one_that_the_program_takes(self):
        """No word in the default configuration is one that the program does not know."""
        binary = os.environ.get('SWIFTAIL', os.path.join(ROOT, '.build/release/swiftail'))
        text = render()['Secret/logs-swiftail']['stringData']['promtail.yaml']
        with tempfile.NamedTemporaryFile('w', suffix='.yaml') as f:
            f.write(text)
            f.flush()
            done = subprocess.run([binary, 'check', f.name], capture_output=True, text=True)
        errors = [line for line in done.stdout.splitlines() if ' error: ' in line and 'is not in this version' not in line]
        self.assertEqual(errors, [], done.stdout)
        self.assertRegex(done.stdout, r'\d+ errors?, \d+ warnings?')

    def test_version_is_the_programs(self):
        binary = os.environ.get('SWIFTAIL', os.path.join(ROOT, '.build/release/swiftail'))
        said = subprocess.run([binary, 'version'], capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(said, ['swiftail', load(CHART, 'Chart.yaml')['appVersion']])

    def test_promtail_again_keeps_swiftails_positions(self):
        back = load('deploy/helm/promtail-again.yaml')
        run = next(v for v in load(CHART, 'values.yaml')['defaultVolumes'] if v['name'] == 'run')
        self.assertEqual(next(v for v in back['defaultVolumes'] if v['name'] == 'run')['hostPath']['path'], run['hostPath']['path'])


class ManifestsTest(unittest.TestCase):
    def test_up_to_date(self):
        done = subprocess.run([sys.executable, os.path.join(ROOT, 'scripts/deploy-manifests'), '--check'], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    KINDS = ['ClusterRole', 'ClusterRoleBinding', 'DaemonSet', 'Namespace', 'Service', 'ServiceAccount']

    def test_kustomizations_hold_together(self):
        pod = self.pod('deploy/kubernetes', self.KINDS)
        self.assertEqual(pod['securityContext'].get('runAsUser', 0), 0, 'as the promtail chart has it')
        pod = self.pod('deploy/kubernetes/hardened', sorted(self.KINDS + ['NetworkPolicy']))
        self.assertTrue(pod['securityContext']['runAsNonRoot'])

    def pod(self, folder, kinds):
        """The pod's spec of a folder for kustomize, whose parts fit each other."""
        kustomization = load(folder, 'kustomization.yaml')
        objects = []
        for name in kustomization['resources']:
            with open(os.path.join(ROOT, folder, name)) as f:
                objects += [d for d in yaml.safe_load_all(f) if d]
        self.assertEqual(sorted(d['kind'] for d in objects), kinds)
        secrets = [g['name'] for g in kustomization['secretGenerator']]
        for generator in kustomization['secretGenerator']:
            for name in generator['files']:
                self.assertIn('scrape_configs', load(folder, name))
        spec = next(d for d in objects if d['kind'] == 'DaemonSet')['spec']['template']['spec']
        self.assertIn(spec['volumes'][0]['secret']['secretName'], secrets)
        return spec


if __name__ == '__main__':
    unittest.main()
