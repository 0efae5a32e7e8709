"""Alert rules and dashboard: their form, that rules fire when they should, and that every metric is one the real program has."""
import json, os, re, subprocess, sys, unittest, yaml
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '../EndToEnd')]
from agent import AgentTest, until
from charts import ROOT, load

FUNCTIONS = {'sum', 'max', 'count', 'increase', 'rate', 'deriv', 'histogram_quantile', 'vector', 'label_values', 'by', 'on', 'and', 'or'}


def families(expression):
    """The metrics that an expression reads; a histogram's parts as the histogram."""
    plain = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|on)\s*\([^)]*\)', ' ', expression)
    words = set(re.findall(r'(?<![\w$])[a-z][a-z0-9]*(?:_[a-z0-9]+)+', plain))
    return {re.sub(r'_(bucket|count|sum)$', '', w) for w in words} - FUNCTIONS


class AlertsTest(AgentTest):
    def test_rules_fire_when_they_should(self):
        promtool = os.path.join(ROOT, '.build/tools/promtool')
        subprocess.run([promtool, 'check', 'rules', os.path.join(ROOT, 'deploy/alerts.yaml')], check=True, capture_output=True)
        done = subprocess.run([promtool, 'test', 'rules', os.path.join(HERE, 'alerts.promtool.yaml')], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(os.path.join(HERE, 'alerts.promtool.yaml')) as f:
            tested = set(re.findall(r'alertname="(\w+)"', f.read()))
        rules = load('deploy/alerts.yaml')['groups'][0]['rules']
        self.assertEqual({r['alert'] for r in rules}, tested)
        for rule in rules:
            self.assertIn(rule['labels']['severity'], ('warning', 'critical'))
            self.assertLessEqual({'summary', 'description'}, set(rule['annotations']))

    def test_every_metric_is_on_the_page(self):
        rules = load('deploy/alerts.yaml')['groups'][0]['rules']
        expressions = [r['expr'] for r in rules]
        with open(os.path.join(ROOT, 'deploy/grafana/swiftail.json')) as f:
            dashboard = json.load(f)
        panels = [p for p in dashboard['panels'] if p['type'] != 'row']
        expressions += [t['expr'] for p in panels for t in p['targets']]
        wanted = set().union(*map(families, expressions))
        self.assertGreater(len(wanted), 25)
        sink = self.sink()
        # A client that takes lines, one that rejects them, one that is not there; a discovery that works and one that does not;
        # a journal that is not there.
        rejecting = self.sink()
        rejecting.status = 400
        self.write('a.log', 'one\ndrop me\n')
        self.write('targets.yaml', '[{targets: [localhost], labels: {__path__: /nowhere}}]')
        self.write('broken.yaml', '[{targets: ')
        self.config([self.client(sink), self.client(rejecting), '{url: "http://127.0.0.1:1/loki/api/v1/push", batchwait: 50ms}'],
                    stages='[{drop: {expression: drop}}]',
                    extra='- job_name: found\n  file_sd_configs: [{files: ["%s"]}, {files: ["%s"]}]\n'
                    '- job_name: journal\n  journal: {path: "%s"}\n' % (
                        self.path('targets.yaml'), self.path('broken.yaml'), self.path('nowhere')))
        self.start()

        def missing():
            page = self.get('/metrics')
            shown = set(re.findall(r'^# TYPE (\S+)', page, re.M))
            self.left = wanted - shown
            return not self.left
        try:
            until(missing, 20)
        except AssertionError:
            self.fail('not on the page: %s' % ', '.join(sorted(self.left)))
        # Labels that rules and panels group by or name must be those of the page.
        page = self.get('/metrics')
        labels = set(re.findall(r'[{,](\w+)="', page)) | {'job', 'instance', 'le', 'alertname'}
        for expression in expressions:
            for group in re.findall(r'\b(?:by|on)\s*\(([^)]*)\)', expression):
                self.assertLessEqual({g.strip() for g in group.split(',')}, labels, expression)

    def test_dashboard_has_panels_for_what_matters(self):
        dashboard = load('deploy/grafana/swiftail.json')
        panels = [p for p in dashboard['panels'] if p['type'] != 'row']
        self.assertEqual(len({p['id'] for p in dashboard['panels']}), len(dashboard['panels']))
        for panel in panels:
            self.assertTrue(panel['targets'] and panel['description'] and panel['title'], panel['title'])
            place = panel['gridPos']
            self.assertLessEqual(place['x'] + place['w'], 24)
        titles = ' '.join(p['title'] for p in panels)
        for word in ('Lines', 'Bytes', 'Lag', 'Unacknowledged', 'Retries', 'Dropped', 'Memory', 'CPU', 'rotated'):
            self.assertIn(word.lower(), (titles + ' '.join(t['legendFormat'] for p in panels for t in p['targets'])).lower())


if __name__ == '__main__':
    unittest.main()
