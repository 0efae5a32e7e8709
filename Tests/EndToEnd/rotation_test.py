"""What rotation, reloading and broken surroundings do to files: the real binary, real files. Each test is named after what goes wrong."""
import gzip, os, shutil, signal, time, unittest
from agent import AgentTest, until


def numbered(first, last):
    return ''.join('line %d of the log\n' % n for n in range(first, last))


class Rotation(AgentTest):
    maxDiff = None

    def begin(self, stages='[]', path=None, extra=''):
        self.out = self.sink()
        self.config([self.client(self.out)], stages=stages, path=path or self.path('a.log'), extra=extra)

    def gets(self, count, seconds=20):
        until(lambda: len(self.lines(self.out)) >= count, seconds, '%d lines' % count)

    def assertOnce(self, first, last):
        time.sleep(0.3)  # what must not come has had the time to
        self.assertEqual(self.lines(self.out), numbered(first, last).splitlines())

    def run_once(self, upto):
        p = self.start()
        self.gets(upto)
        until(lambda: self.position('a.log') == str(len(numbered(0, upto))), what='the position')
        self.stop(p)

    def test_rotated_and_gzipped_while_stopped(self):
        self.begin()
        self.write('a.log', numbered(0, 50))
        self.run_once(50)
        self.write('a.log', numbered(50, 80))
        with open(self.path('a.log'), 'rb') as f, gzip.open(self.path('a.log.1.gz'), 'wb') as out:
            shutil.copyfileobj(f, out)
        os.unlink(self.path('a.log'))
        self.write('a.log', numbered(80, 100))
        self.start()
        self.gets(100)
        self.assertOnce(0, 100)

    def test_rotated_twice_while_stopped(self):
        self.begin()
        self.write('a.log', numbered(0, 50))
        self.run_once(50)
        self.write('a.log', numbered(50, 60))
        os.rename(self.path('a.log'), self.path('a.log.2'))
        time.sleep(0.02)
        self.write('a.log', numbered(60, 80))
        os.rename(self.path('a.log'), self.path('a.log.1'))
        time.sleep(0.02)
        self.write('a.log', numbered(80, 100))
        self.start()
        self.gets(100)
        self.assertOnce(0, 100)

    def test_copied_and_truncated_while_stopped(self):
        self.begin()
        self.write('a.log', numbered(0, 50))
        self.run_once(50)
        self.write('a.log', numbered(50, 80))
        shutil.copyfile(self.path('a.log'), self.path('a.log.1'))
        os.truncate(self.path('a.log'), 0)
        self.write('a.log', numbered(80, 100))
        self.start()
        self.gets(100)
        self.assertOnce(0, 100)

    def test_rotated_while_stopped_and_nothing_new_was_written(self):
        self.begin()
        self.write('a.log', numbered(0, 50))
        self.run_once(50)
        self.write('a.log', numbered(50, 80))
        os.rename(self.path('a.log'), self.path('a.log-20260302'))
        self.start()
        self.gets(80)
        self.assertOnce(0, 80)

    def test_rotated_twice_while_the_endpoint_is_down(self):
        """grafana/loki#14462: the middle file is never opened."""
        self.begin()
        self.write('a.log', numbered(0, 10))
        self.start()
        self.gets(10)
        self.out.status = 500
        for n in range(1, 6):
            self.write('a.log', numbered(n * 10, n * 10 + 10))
            os.rename(self.path('a.log'), self.path('a.log.%d' % n))
        self.write('a.log', numbered(60, 70))
        self.out.status = 204
        self.gets(70)
        self.assertOnce(0, 70)

    def test_rewritten_in_place_to_the_same_size(self):
        self.begin()
        self.write('a.log', 'first  1\nfirst  2\n')
        self.start()
        self.gets(2)
        with open(self.path('a.log'), 'r+b') as f:
            f.write(b'second 1\nsecond 2\n')
        self.gets(4)
        self.assertEqual(self.lines(self.out), ['first  1', 'first  2', 'second 1', 'second 2'])
        self.assertEqual(self.metric('swiftail_file_truncations_total'), 1)

    def test_an_inode_used_again_is_another_file(self):
        self.begin()
        self.write('a.log', numbered(0, 50))
        self.run_once(50)
        inode = os.stat(self.path('a.log')).st_ino
        os.unlink(self.path('a.log'))
        for attempt in range(200):  # file systems give a free number away again soon
            self.write('a.log', numbered(50, 150))
            if os.stat(self.path('a.log')).st_ino == inode or attempt == 199:
                break
            os.rename(self.path('a.log'), self.path('other%d' % attempt))
        self.start()
        self.gets(150)
        self.assertOnce(0, 150)

    def test_a_deleted_file_is_read_to_its_end(self):
        self.begin()
        self.write('a.log', numbered(0, 10))
        self.start()
        self.gets(10)
        self.out.status = 500
        self.write('a.log', numbered(10, 5000))
        until(lambda: self.metric('promtail_file_bytes_total') == len(numbered(0, 5000)), what='the look at the file')
        os.unlink(self.path('a.log'))
        self.out.status = 204
        self.gets(5000)
        self.assertOnce(0, 5000)

    def test_two_symlinks_to_one_file_count_each_for_itself_and_a_loop_ends(self):
        self.begin(path=self.path('**/*.log'))
        os.makedirs(self.path('d'))
        os.symlink('..', self.path('d/up'))
        self.write('a.log', numbered(0, 3))
        self.start()
        self.gets(3)
        self.assertOnce(0, 3)

    def test_compressed_files_grow_and_become_readable(self):
        self.begin(path=self.path('*.gz'))
        text = self.read('config.yaml').replace(
            '- job_name: test\n', '- job_name: test\n  decompression: {enabled: true, format: gz}\n')
        self.write('config.yaml', text, 'wb')
        self.write('a.gz', b'not yet', 'wb')
        self.start()
        until(lambda: 'damaged' in self.log(), what='the word of damage')
        self.write('a.gz', gzip.compress(numbered(0, 5).encode()), 'wb')
        self.gets(5)
        self.write('a.gz', gzip.compress(numbered(5, 9).encode()))
        self.gets(9)
        self.assertOnce(0, 9)

    def test_utf16_files_are_cut_after_decoding(self):
        self.begin()
        text = self.read('config.yaml').replace('- job_name: test\n', '- job_name: test\n  encoding: utf-16\n')
        self.write('config.yaml', text, 'wb')
        content = 'caf\u0a0a\u010a\nzwei\n'
        self.write('a.log', content.encode('utf-16'))  # with a byte order mark
        self.start()
        self.gets(2)
        self.assertEqual(self.lines(self.out), content.splitlines())

    def test_held_rotated_files_have_a_limit_and_what_is_given_up_is_counted(self):
        self.begin(extra='limits_config: {max_open_rotated: 2}\n')
        self.out.status = 500
        self.write('a.log', numbered(0, 1000))
        self.start()
        for n in range(1, 6):
            until(lambda: self.metric('swiftail_rotated_files_open') >= min(n - 1, 2) and self.metric('promtail_files_active_total') == 1,
                  what='rotation %d' % n)
            os.rename(self.path('a.log'), self.path('a.log.%d' % n))
            self.write('a.log', numbered(n * 1000, n * 1000 + 1000))
        until(lambda: self.metric('swiftail_given_up_bytes_total') > 0, what='files given up')
        until(lambda: self.metric('swiftail_rotated_files_open') == 2, what='two files held')
        self.assertIn('max_open_rotated', self.log())

    def test_reload_under_load_keeps_every_place(self):
        """grafana/loki#12795"""
        self.begin()
        self.write('a.log', numbered(0, 10))
        p = self.start()
        self.gets(10)
        written = 10
        config = self.read('config.yaml')
        for n in range(20):
            self.write('a.log', numbered(written, written + 50))
            written += 50
            self.write('config.yaml', config.replace('pipeline_stages: []', "pipeline_stages: [{drop: {expression: 'never %d'}}]" % n), 'wb')
            p.send_signal(signal.SIGHUP)
            until(lambda: self.metric('promtail_config_reload_success_total') > n, what='the reload')
        self.gets(written)
        self.assertOnce(0, written)


if __name__ == '__main__':
    unittest.main()
