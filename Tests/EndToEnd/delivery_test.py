"""From a file to the endpoint and back to the position, with the real binary."""
import os, signal, time, unittest
from agent import AgentTest, until


class Delivery(AgentTest):
    def test_lines_arrive_and_the_position_follows(self):
        sink = self.sink()
        self.config([self.client(sink)])
        self.write('a.log', 'one\ntwo\n')
        agent = self.start()
        until(lambda: self.lines(sink) == ['one', 'two'])
        until(lambda: self.position('a.log') == '8')
        self.write('a.log', 'three\nhalf')
        until(lambda: self.lines(sink) == ['one', 'two', 'three'])
        self.assertEqual(self.stop(agent), 0)
        self.assertEqual(self.position('a.log'), '14')

    def test_a_restart_in_the_middle_repeats_and_loses_nothing(self):
        sink = self.sink()
        self.config([self.client(sink, ', batchsize: 5000')])
        written = []
        agent = self.start()
        for round in range(6):
            for n in range(2000):
                written.append('line %d of round %d' % (n, round))
            self.write('a.log', '\n'.join(written[-2000:]) + '\n')
            if round % 2:
                self.assertEqual(self.stop(agent), 0)
                agent = self.start()
        until(lambda: len(self.lines(sink)) >= len(written))
        self.stop(agent)
        self.assertEqual(self.lines(sink), written)

    def test_targets_that_share_a_file_go_on_where_they_were(self):
        sink = self.sink()
        self.config([self.client(sink)], extra='  - {labels: {job: test, also: "1", __path__: "%s"}}\n' % self.path('a*.log'))
        text = self.read('config.yaml').replace('  static_configs: [{', '  static_configs:\n  - {').replace('"}}]\n', '"}}\n')
        self.write('config.yaml', text, 'wb')
        written = []
        for round in range(3):
            agent = self.start()
            self.write('a.log', 'round %d\n' % round)
            written += 2 * ['round %d' % round]
            until(lambda: len(self.lines(sink)) >= len(written))
            self.assertEqual(self.stop(agent), 0)
        self.assertEqual(sorted(self.lines(sink)), written)

    def test_kill_9_loses_nothing(self):
        sink = self.sink()
        self.config([self.client(sink)])
        written = []
        for round in range(4):
            agent = self.start()
            written += ['%d of %d' % (n, round) for n in range(3000)]
            self.write('a.log', '\n'.join(written[-3000:]) + '\n')
            until(lambda: len(self.lines(sink)) > 0)
            self.stop(agent, signal.SIGKILL)
        agent = self.start()
        until(lambda: set(written) <= set(self.lines(sink)))

    def test_lines_repeated_after_kill_9_are_exact_copies(self):
        sink = self.sink()
        self.config([self.client(sink)])
        with open(self.path('config.yaml')) as f:
            text = f.read()
        self.write('config.yaml', text.replace('sync_period: 100ms}', 'sync_period: 1h}'), 'wb')
        written = ['line %d' % n for n in range(5000)]
        self.write('a.log', '\n'.join(written) + '\n')
        agent = self.start()
        until(lambda: len(self.lines(sink)) == 5000)
        self.stop(agent, signal.SIGKILL)
        self.write('a.log', 'after\n')
        self.start()
        until(lambda: 'after' in self.lines(sink))
        with sink.lock:
            entries = [(e[0], e[1]) for p in sink.pushes for e in p[3]]
        self.assertEqual(len(entries), 10001)
        self.assertEqual(len(set(entries)), 5001)

    def test_while_the_endpoint_is_down_the_position_stays_and_then_all_arrives_in_order(self):
        sink = self.sink()
        sink.status = 500
        self.config([self.client(sink, ', batchsize: 2000')])
        written = ['line %06d' % n for n in range(20000)]
        self.write('a.log', '\n'.join(written) + '\n')
        agent = self.start()
        until(lambda: self.metric('promtail_batch_retries_total') > 3)
        self.assertIn(self.position('a.log'), (None, '0'))
        sink.status = 204
        until(lambda: len(self.lines(sink)) == len(written))
        self.assertEqual(self.lines(sink), written)
        until(lambda: self.position('a.log') == str(12 * len(written)))

    def test_a_stop_while_the_endpoint_is_down_is_quick_and_repeats_later(self):
        sink = self.sink()
        sink.status = 503
        self.config([self.client(sink)])
        self.write('a.log', 'one\ntwo\n')
        agent = self.start()
        until(lambda: self.metric('promtail_batch_retries_total') > 0)
        began = time.time()
        self.assertEqual(self.stop(agent), 0)
        self.assertLess(time.time() - began, 5)
        self.assertIn(self.position('a.log'), (None, '0'))
        sink.status = 204
        self.start()
        until(lambda: self.lines(sink) == ['one', 'two'])

    def test_one_client_down_does_not_hold_up_the_other_and_catches_up(self):
        up, down = self.sink(), self.sink()
        down.status = 500
        self.config([self.client(up, ', name: up, batchsize: 5000'), self.client(down, ', name: down, batchsize: 5000')])
        written = ['line %06d' % n for n in range(50000)]
        self.write('a.log', '\n'.join(written) + '\n')
        self.start()
        until(lambda: len(self.lines(up)) == len(written))
        self.assertEqual(self.lines(up), written)
        self.assertEqual(self.lines(down), [])
        self.assertIn(self.position('a.log'), (None, '0'))
        down.status = 204
        until(lambda: len(self.lines(down)) == len(written))
        self.assertEqual(self.lines(down), written)
        self.assertEqual(len(self.lines(up)), len(written))
        until(lambda: self.position('a.log') == str(12 * len(written)))

    def test_a_request_that_is_too_large_is_halved(self):
        sink = self.sink()
        accept = sink.accept
        sink.accept = lambda path, headers, body: 413 if len(body) > 2000 else accept(path, headers, body)
        self.config([self.client(sink)])
        written = [('%d ' % n) + os.urandom(20).hex() for n in range(500)]
        self.write('a.log', '\n'.join(written) + '\n')
        self.start()
        until(lambda: len(self.lines(sink)) == len(written))
        self.assertEqual(self.lines(sink), written)

    def test_unauthorized_is_tried_again_and_bad_requests_are_dropped_and_counted(self):
        sink = self.sink()
        sink.plan = [401, 401, 400]
        self.config([self.client(sink)])
        self.write('a.log', 'refused\n')
        self.start()
        until(lambda: self.metric('promtail_dropped_entries_total') == 1)
        self.write('a.log', 'taken\n')
        until(lambda: self.lines(sink) == ['taken'])
        until(lambda: self.position('a.log') == '14')


class Files(AgentTest):
    def test_rotated_while_stopped_the_rest_of_the_old_file_is_read_first(self):
        sink = self.sink()
        self.config([self.client(sink)])
        self.write('a.log', 'one\n')
        agent = self.start()
        until(lambda: self.lines(sink) == ['one'])
        self.stop(agent)
        self.write('a.log', 'two\n')
        os.rename(self.path('a.log'), self.path('a.log.1'))
        self.write('a.log', 'three, longer than the old file was\n')
        self.start()
        until(lambda: self.lines(sink) == ['one', 'two', 'three, longer than the old file was'])

    def test_a_rotated_file_that_still_matches_is_not_read_again(self):
        sink = self.sink()
        self.config([self.client(sink)], path=self.path('a.log*'))
        self.write('a.log', 'one\n')
        self.start()
        until(lambda: self.lines(sink) == ['one'])
        os.rename(self.path('a.log'), self.path('a.log.1'))
        self.write('a.log', 'two\n')
        until(lambda: 'two' in self.lines(sink))
        self.write('a.log.1', 'late\n')
        until(lambda: 'late' in self.lines(sink))
        self.write('a.log', 'three\n')
        until(lambda: 'three' in self.lines(sink))
        self.assertEqual(sorted(self.lines(sink)), ['late', 'one', 'three', 'two'])

    def test_strange_bytes_and_long_lines_arrive_whole(self):
        sink = self.sink()
        self.config([self.client(sink)])
        long = b'x' * (10 << 20)
        self.write('a.log', b'nul \0 byte\n\xff\xfe\n' + long[:5000])
        self.start()
        until(lambda: len(self.lines(sink)) == 2)
        self.assertEqual(self.lines(sink), ['nul \0 byte', '\\xff\\xfe'])
        for start in range(5000, len(long), 1 << 20):
            self.write('a.log', long[start:start + (1 << 20)])
        self.write('a.log', '\nafter\n')
        until(lambda: len(self.lines(sink)) == 4, 60)
        self.assertEqual([len(l) for l in self.lines(sink)], [10, 8, len(long), 5])

    def test_files_that_vanish_and_come_back_do_not_stop_the_agent(self):
        sink = self.sink()
        self.config([self.client(sink)])
        agent = self.start()
        for round in range(30):
            self.write('a.log', 'round %d\n' % round)
            if round % 3:
                os.remove(self.path('a.log'))
        self.write('b.log', 'end\n')
        until(lambda: 'end' in self.lines(sink))
        self.assertIsNone(agent.poll())


if __name__ == '__main__':
    unittest.main()
