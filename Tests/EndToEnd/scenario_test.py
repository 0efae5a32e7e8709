"""What users of log agents suffered from, each as a test named after what goes wrong."""
import os, threading, time, unittest
from agent import AgentTest, Sink, descriptors, until


class TenantSink(Sink):
    """Answers each tenant by itself."""
    def __init__(self):
        self.by_tenant, self.order = {}, threading.Lock()
        super().__init__()

    def accept(self, path, headers, body):
        with self.order:
            self.status = self.by_tenant.get(headers.get('X-Scope-OrgID'), 204)
            return super().accept(path, headers, body)


class Scenarios(AgentTest):
    def test_a_tenant_under_429_does_not_hold_up_its_neighbours(self):
        """grafana/loki#7972, grafana/alloy#4728"""
        sink = TenantSink()
        sink.server.handle_error = lambda *_: None
        self.sinks.append(sink)
        sink.by_tenant['loud'] = 429
        self.config([self.client(sink)], stages="[{regex: {expression: '^(?P<who>[a-z]+)'}}, {tenant: {source: who}}]")
        self.write('a.log', ''.join('loud %d\nquiet %d\n' % (n, n) for n in range(20)))
        self.write('quiet.log', ''.join('quiet file %d\n' % n for n in range(2000)))
        self.start()
        until(lambda: sum(l.startswith('quiet file') for l in self.lines(sink)) == 2000, what='the quiet file')
        self.assertFalse(any(l.startswith('loud') for l in self.lines(sink)))
        sink.by_tenant['loud'] = 204
        until(lambda: sum(l.startswith('loud') for l in self.lines(sink)) == 20, what='the loud lines')
        until(lambda: sum(l.startswith('quiet') for l in self.lines(sink)) == 2020, what='all quiet lines')
        time.sleep(0.3)
        self.assertEqual(len(self.lines(sink)), len(set(self.lines(sink))))

    def test_a_burst_of_lines_arrives_whole(self):
        """fluent/fluent-bit#1108, #10414"""
        sink = self.sink()
        self.config([self.client(sink)])
        self.write('a.log', 'first\n')
        self.start()
        until(lambda: self.lines(sink) == ['first'], what='the first line')
        self.write('a.log', ''.join('%d\n' % n for n in range(200000)))
        os.rename(self.path('a.log'), self.path('a.1'))
        self.write('a.log', 'last\n')
        until(lambda: sum(len(p[3]) for p in sink.pushes) >= 200002, 60, 'the burst')
        self.assertEqual(self.lines(sink), ['first'] + [str(n) for n in range(200000)] + ['last'])

    def test_a_line_of_70_mb_lets_the_next_ones_pass(self):
        """grafana/loki#10393: the position could not pass it, and memory ended."""
        sink = self.sink()
        self.config([self.client(sink)], extra='limits_config: {max_line_size: 1000}\n')
        self.write('a.log', b'before\n' + b'x' * 70000000 + b'\nafter\n')
        self.start()
        until(lambda: 'after' in self.lines(sink), 60, what='the line behind it')
        self.assertEqual([l for l in self.lines(sink) if not l.startswith('x')], ['before', 'after'])
        self.assertLess(self.metric('process_resident_memory_bytes'), 400e6)

    def test_rotations_do_not_make_it_read_again(self):
        """grafana/alloy#3931: whole files were read again and again."""
        sink = self.sink()
        self.config([self.client(sink)], path=self.path('a.log'))
        self.write('a.log', '')
        self.start()
        written = 0
        for n in range(60):
            text = ''.join('%d of %d\n' % (i, n) for i in range(100))
            self.write('a.log', text)
            written += len(text)
            if n % 2:
                os.rename(self.path('a.log'), self.path('a.log.%d' % n))
            until(lambda: len(self.lines(sink)) >= n * 100, what='round %d' % n)
        until(lambda: len(self.lines(sink)) == 6000, what='all lines')
        self.assertLessEqual(self.metric('swiftail_read_bytes_total'), 1.05 * written)

    def test_many_directories_need_few_inotify_instances(self):
        """grafana/loki#4740: an instance for each container met a limit of 128."""
        sink = self.sink()
        self.config([self.client(sink)], path=self.path('pods/*/app.log'))
        for n in range(1200):
            self.write('pods/%d/app.log' % n, 'line of %d\n' % n)
        p = self.start()
        until(lambda: len(self.lines(sink)) == 1200, 60, 'a line of each')
        instances = [name for name in descriptors(p.pid) if 'inotify' in name]
        self.assertTrue(0 < len(instances) <= 4, instances)
        self.write('pods/77/app.log', 'later\n')
        until(lambda: 'later' in self.lines(sink), what='a later line')

    def test_many_files_and_a_short_wait_do_not_cut_blocks(self):
        """grafana/loki#4288"""
        sink = self.sink()
        self.config([self.client(sink)], stages="[{multiline: {firstline: '^begin', max_wait_time: 100ms}}]")
        block = 'begin\n' + ''.join('  more %d\n' % n for n in range(4))
        for n in range(674):
            self.write('%d.log' % n, block * 20)
        self.start()
        until(lambda: len(self.lines(sink)) >= 674 * 20, 60, 'all blocks')
        self.assertEqual(set(self.lines(sink)), {block.rstrip('\n')})
        self.assertEqual(len(self.lines(sink)), 674 * 20)


if __name__ == '__main__':
    unittest.main()
