"""Lines that stages hold back: blocks of multiline, parts of cri, files that wait for a rate."""
import os, time, unittest
from agent import AgentTest, until

BLOCKS = '[{multiline: {firstline: "^S", max_wait_time: %s}}]'


class Held(AgentTest):
    def test_a_block_that_is_held_at_the_stop_arrives_whole_after_the_next_start(self):
        sink = self.sink()
        self.config([self.client(sink)], stages=BLOCKS % '1h')
        self.write('a.log', 'S1\n a\nS2\n b\n')
        agent = self.start()
        until(lambda: self.lines(sink) == ['S1\n a'])
        self.assertEqual(self.stop(agent), 0)
        self.assertEqual(self.position('a.log'), '6')
        agent = self.start()
        self.write('a.log', ' c\nS3\n')
        until(lambda: self.lines(sink) == ['S1\n a', 'S2\n b\n c'])
        until(lambda: self.position('a.log') == '15')

    def test_what_is_held_of_a_rotated_file_is_sent_and_the_file_let_go(self):
        sink = self.sink()
        self.config([self.client(sink)], stages='[{cri: {}}, {multiline: {firstline: "^S", max_wait_time: 1h}}]')
        at = '2024-05-06T07:08:09Z '
        self.write('a.log', at + 'stdout F S1\n' + at + 'stdout F  a\n' + at + 'stderr P part\n')
        self.start()
        until(lambda: self.metric('promtail_read_lines_total') == 3)
        os.rename(self.path('a.log'), self.path('a.log.1'))
        self.write('a.log', at + 'stdout F S2\n' + at + 'stdout F S3\n')
        until(lambda: sorted(self.lines(sink)) == ['S1\n a', 'S2', 'part'])
        until(lambda: self.metric('swiftail_rotated_files_open') == 0)

    def test_time_does_not_count_while_the_endpoint_is_down(self):
        sink = self.sink()
        sink.status = 500
        self.config([self.client(sink, ', batchsize: 200')], stages=BLOCKS % '300ms')
        blocks = ['S%03d\n%s\n%s' % (n, 'x' * 40, 'y' * 40) for n in range(2000)]
        self.write('a.log', '\n'.join(blocks[:1000]) + '\n')
        self.start()
        until(lambda: self.metric('promtail_batch_retries_total') > 20)
        self.write('a.log', '\n'.join(blocks[1000:]) + '\n')
        sink.status = 204
        until(lambda: len(self.lines(sink)) >= len(blocks))
        self.assertEqual(self.lines(sink), blocks)

    def test_a_client_that_is_behind_gets_whole_blocks_too(self):
        good, slow = self.sink(), self.sink()
        slow.status = 500
        self.config([self.client(good, ', batchsize: 300'), self.client(slow, ', batchsize: 300')], stages=BLOCKS % '200ms')
        blocks = ['S%03d\n%s' % (n, 'x' * 40) for n in range(500)]
        self.start()
        for n in range(0, 500, 100):
            self.write('a.log', '\n'.join(blocks[n:n + 100]) + '\n')
            until(lambda: len(self.lines(good)) >= n + 100)
        slow.status = 204
        until(lambda: len(self.lines(slow)) >= len(blocks))
        self.assertEqual(self.lines(good), blocks)
        self.assertEqual(self.lines(slow), blocks)
        until(lambda: self.position('a.log') == str(sum(len(b) + 1 for b in blocks)))

    def test_a_file_that_waits_for_a_rate_does_not_keep_others_waiting(self):
        sink = self.sink()
        self.config([self.client(sink)], stages='[{match: {selector: "{filename=~\\".*slow.*\\"}", stages: [{limit: {rate: 10, burst: 1}}]}}]')
        self.write('slow.log', ''.join('slow %d\n' % n for n in range(20)))
        self.start()
        until(lambda: self.lines(sink))
        began = time.time()
        self.write('fast.log', ''.join('fast %d\n' % n for n in range(5000)))
        until(lambda: sum(l.startswith('fast') for l in self.lines(sink)) == 5000)
        self.assertLess(sum(l.startswith('slow') for l in self.lines(sink)), 20)
        until(lambda: [l for l in self.lines(sink) if l.startswith('slow')] == ['slow %d' % n for n in range(20)])
        self.assertGreater(time.time() - began, 0.5)


if __name__ == '__main__':
    unittest.main()
