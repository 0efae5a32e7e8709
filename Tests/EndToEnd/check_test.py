"""swiftail check: everything wrong in one go, in three forms, with exit statuses."""
import json, re, subprocess, unittest
from agent import BINARY, ROOT, AgentTest

GOOD = '''server: {http_listen_port: 9080}
positions: {filename: /var/lib/promtail/positions.yaml}
clients: [{url: "http://loki:3100/loki/api/v1/push"}]
scrape_configs:
- job_name: good
  static_configs: [{labels: {job: good, __path__: /var/log/*.log}}]
'''

JOURNAL = GOOD + '''- job_name: journal
  journal: {path: /var/log/journal, labels: {job: journal}}
  relabel_configs: [{source_labels: [__journal__systemd_unit], target_label: unit}]
'''


class Check(AgentTest):
    def check(self, text, *args):
        self.write('c.yaml', text, 'wb')
        p = subprocess.run([BINARY, 'check', self.path('c.yaml'), *args], capture_output=True, text=True, timeout=20)
        return p.returncode, p.stdout

    def rules(self, text):
        code, out = self.check(text, '--format', 'json')
        return [f['rule'] for f in json.loads(out)]

    def test_nothing_wrong(self):
        code, out = self.check(GOOD, '--strict')
        self.assertEqual((code, out), (0, '0 errors, 0 warnings\n'))
        self.assertEqual(self.check(JOURNAL, '--strict'), (0, '0 errors, 0 warnings\n'))

    def test_all_errors_at_once_with_line_excerpt_and_hint(self):
        code, out = self.check(GOOD + '  relabel_config: []\n- job_name: bad\n  static_configs: [{labels: {__path__: /x}}]\n'
                               "  pipeline_stages:\n  - regex: {expression: '('}\n  - regexp: {}\nsurplus: 1\n")
        self.assertEqual(code, 1)
        for part in (':7:3: error: key "relabel_config"', '7 |   relabel_config: []\n', 'did you mean "relabel_configs"?', ':11:', ':12:', 'surplus', ':13:1:'):
            self.assertIn(part, out)

    def test_the_example_of_the_documentation(self):
        with open(ROOT + '/docs/journal.md') as f:
            example = re.search(r'\n\n((?:    .*\n)+)', f.read()).group(1)
        example = re.sub('(?m)^    ', '', example)
        self.assertTrue(example.startswith('scrape_configs:'))
        self.assertEqual(self.check(GOOD.partition('scrape_configs')[0] + example, '--strict'), (0, '0 errors, 0 warnings\n'))

    def test_paths_and_labels_of_journals(self):
        def rules(old, new):
            return self.rules(JOURNAL.replace(old, new))
        for path in ('/run/log/', '/var/log/journal/*', '/var/log/journal/' + '0123456789abcdef' * 2, '/var/log/journal/x/system.journal', 'journal'):
            self.assertEqual(rules('path: /var/log/journal', 'path: "%s"' % path), ['journal-path'], path)
        for path in ('/var/log/journal/remote', '/host/var/log/journal', '/run/log/journal'):
            self.assertEqual(rules('path: /var/log/journal', 'path: ' + path), [], path)
        self.assertEqual(rules('path: /var/log/journal, ', ''), [])
        cluster = '- job_name: pods\n  kubernetes_sd_configs: [{role: pod}]\n  relabel_configs: [{target_label: __path__, replacement: /var/log/pods/x.log}]\n'
        self.assertEqual(self.rules(JOURNAL.replace('path: /var/log/journal, ', '') + cluster), ['journal-path'])
        self.assertEqual(rules('{source_labels: [__journal__systemd_unit], target_label: unit}', '{action: labelmap, regex: __journal_(.+)}'), ['unbounded-journal-label'])
        self.assertEqual(rules('{source_labels: [__journal__systemd_unit], target_label: unit}', '{action: labelmap, regex: __journal_(_hostname|priority_keyword)}'), [])

    def test_each_warning(self):
        job = GOOD.replace('job_name: good', 'job_name: good\n  %s')
        cases = {
            'positions-not-lasting': GOOD.replace('/var/lib/promtail', '/tmp'),
            'path-never-matches': GOOD.replace('/var/log/*.log', '"/var/log/{a,b"'),
            'rotated-names': GOOD.replace('*.log', '*'),
            'no-job-label': GOOD.replace('job: good, ', ''),
            'old-push-path': GOOD.replace('/loki/api/v1/push', '/api/prom/push'),
            'url-placeholder': GOOD.replace('loki:3100', '<your-loki>'),
            'url-credentials': GOOD.replace('loki:3100', 'me:you@loki:3100'),
            'unexpanded-variable': GOOD.replace('loki:3100', '${HOST}'),
            'deprecated': GOOD.replace('clients: [{', 'client: {').replace('push"}]', 'push"}'),
            'unset-name': job % 'pipeline_stages: [{timestamp: {source: time, format: RFC3339}}]',
            'unbounded-label': job % 'pipeline_stages: [{logfmt: {mapping: {trace_id: }}}, {labels: {trace_id: }}]',
            'drops-everything': job % "pipeline_stages: [{drop: {expression: '.*'}}]",
            'empty-match': job % "pipeline_stages: [{regex: {expression: '(level=(?P<level>\\w+))?'}}]",
            'doubled-backslashes': job % "pipeline_stages: [{regex: {expression: '(?P<a>\\\\d+)'}}]",
            'time-format': job % 'pipeline_stages: [{logfmt: {mapping: {t: }}}, {timestamp: {source: t, format: ISO8601}}]',
            'unparsed-container-log': GOOD.replace('/var/log/*.log', '/var/lib/docker/containers/*/*-json.log'),
            'unknown-docker-label': job % 'relabel_configs: [{source_labels: [__meta_docker_container_image], target_label: image}]',
            'read-twice': GOOD + '- job_name: again\n  static_configs: [{labels: {job: again, __path__: /var/log/*.log}}]\n',
            'kubernetes-without-path': GOOD + '- job_name: k\n  kubernetes_sd_configs: [{role: pod}]\n',
            'docker-stage-on-bare-lines': GOOD + '- job_name: d\n  docker_sd_configs: [{}]\n  pipeline_stages: [{docker: {}}]\n  relabel_configs: [{target_label: job, replacement: d}]\n',
            'docker-without-labels': GOOD + '- job_name: d\n  docker_sd_configs: [{}]\n  relabel_configs: [{source_labels: [__meta_docker_container_name], regex: /web, action: keep}]\n',
            'docker-without-tls': GOOD + '- job_name: d\n  docker_sd_configs: [{host: "tcp://10.0.0.1:2375"}]\n  relabel_configs: [{target_label: job, replacement: d}]\n',
            'path-in-docker-job': GOOD + '- job_name: d\n  docker_sd_configs: [{}]\n  relabel_configs: [{target_label: __path__, replacement: /x/*.log}]\n',
            'unknown-journal-label': JOURNAL.replace('systemd_unit', 'SYSTEMD_UNIT'),
            'unbounded-journal-label': JOURNAL.replace('systemd_unit', 'pid'),
            'journal-in-one-stream': JOURNAL.partition('  relabel')[0],
            'journal-path': JOURNAL.replace('path: /var/log/journal', 'path: /var/log'),
            'grpc-without-effect': GOOD.replace('9080', '9080, grpc_server_max_recv_msg_size: 5'),
        }
        for rule, text in cases.items():
            with self.subTest(rule):
                self.assertEqual([r for r in self.rules(text) if r != 'cannot-start'], [rule])

    def test_exit_statuses(self):
        tmp = GOOD.replace('/var/lib/promtail', '/tmp')
        self.assertEqual(self.check(tmp)[0], 0)
        self.assertEqual(self.check(tmp, '--strict')[0], 3)
        self.assertEqual(self.check('nonsense: 1\n')[0], 1)
        missing = subprocess.run([BINARY, 'check', self.path('no.yaml')], capture_output=True, timeout=20)
        self.assertEqual(missing.returncode, 2)

    def test_sarif(self):
        code, out = self.check(GOOD.replace('/var/lib/promtail', '/tmp'), '--format', 'sarif')
        run = json.loads(out)['runs'][0]
        self.assertEqual(run['results'][0]['ruleId'], 'positions-not-lasting')
        self.assertEqual(run['results'][0]['locations'][0]['physicalLocation']['region']['startLine'], 2)

    def test_several_files_are_one_configuration(self):
        self.write('conf.d/10-base.yaml', GOOD, 'wb')
        self.write('conf.d/20-more.yaml', 'scrape_configs:\n- job_name: more\n  static_configs: [{labels: {job: more, __path__: /var/log/more.log}}]\n', 'wb')
        p = subprocess.run([BINARY, 'check', self.path('conf.d')], capture_output=True, text=True, timeout=20)
        self.assertEqual((p.returncode, p.stdout), (0, '0 errors, 0 warnings\n'))
        self.write('conf.d/30-wrong.yaml', 'positions: {}\nscrape_configs: [{job_name: more, static_configs: [{}]}]\n', 'wb')
        p = subprocess.run([BINARY, 'check', self.path('conf.d')], capture_output=True, text=True, timeout=20)
        self.assertEqual(p.returncode, 1)
        self.assertIn('30-wrong.yaml:1:1: error: the section positions is in', p.stdout)
        self.assertIn('20-more.yaml', p.stdout)


if __name__ == '__main__':
    unittest.main()
