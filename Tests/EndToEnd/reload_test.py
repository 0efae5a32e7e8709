"""A new configuration comes into force while the agent runs, or nothing changes at all."""
import json, signal, unittest
from agent import AgentTest, conformance, free_port, until


class Reload(AgentTest):
    def put(self, text, level='info'):
        self.write('config.yaml', 'server: {http_listen_address: 127.0.0.1, http_listen_port: %d, log_level: %s}\n'
                   'positions: {filename: %s, sync_period: 100ms}\ntarget_config: {sync_period: 200ms}\nclients:\n- %s\n'
                   'scrape_configs:\n%s' % (self.port, level, self.path('positions.yaml'), self.client(self.out), text), 'wb')

    def job(self, name, more):
        return '- job_name: %s\n%s' % (name, more)

    def static(self, label):
        return '  static_configs: [{labels: {job: %s, __path__: "%s"}}]\n' % (label, self.path('*.log'))

    def setUp(self):
        super().setUp()
        self.out, self.port = self.sink(), free_port()

    def test_labels_change_without_a_line_twice(self):
        self.write('a.log', 'one\n')
        self.put(self.job('x', self.static('before')))
        agent = self.start()
        until(lambda: self.lines(self.out) == ['one'] and self.position('a.log') == '4')
        self.put(self.job('x', self.static('after')))
        agent.send_signal(signal.SIGHUP)
        until(lambda: self.metric('promtail_config_reload_success_total') == 1)
        self.assertIn('job=\"after\"', self.get('/targets').replace('&quot;', '"'))
        self.write('a.log', 'two\n')
        until(lambda: self.lines(self.out) == ['one', 'two'])
        with self.out.lock:
            self.assertIn('after', str(self.out.pushes[-1]))
        self.assertIn('jobs_changed=x', self.log())

    def test_a_discovery_that_stays_is_not_started_anew(self):
        port = free_port()
        body = json.dumps([{'targets': ['h'], 'labels': {'__path__': self.path('*.log')}}])
        served = conformance.Canned(str(port), {'/t': {'headers': {'Content-Type': 'application/json'}, 'body': body}})
        self.addCleanup(served.close)
        job = self.job('x', '  http_sd_configs: [{url: "http://127.0.0.1:%d/t", refresh_interval: 1h}]\n' % port)
        self.put(job)
        agent = self.start()
        until(lambda: self.metric('promtail_targets_active_total') == 1)
        self.put(job, level='debug')
        agent.send_signal(signal.SIGHUP)
        until(lambda: self.metric('promtail_config_reload_success_total') == 1)
        self.assertEqual(self.metric('promtail_targets_active_total'), 1)
        self.assertEqual(len(served.seen), 1)

    def test_what_is_wrong_changes_nothing_and_is_told(self):
        self.write('a.log', 'one\n')
        self.put(self.job('x', self.static('before')))
        agent = self.start()
        until(lambda: self.lines(self.out) == ['one'])
        self.put(self.job('x', self.static('after')) + '  surplus: 1\n')
        agent.send_signal(signal.SIGHUP)
        until(lambda: self.metric('promtail_config_reload_fail_total') == 1)
        self.assertIn('surplus', self.log())
        self.assertNotIn('after', self.get('/config'))
        self.assertEqual(self.metric('promtail_config_reload_success_total'), 0)


if __name__ == '__main__':
    unittest.main()
