"""The journal to the endpoint: journalctl says what has to arrive."""
import json, os, shutil, signal, subprocess, sys, time, unittest
import journals
from agent import BINARY, AgentTest, free_port, until
from journals import Journald, messages, shown


def lines(count, start=0, unit='a.service', priority=6):
    return [{'MESSAGE': 'entry %d' % n, 'PRIORITY': priority, '_SYSTEMD_UNIT': unit} for n in range(start, start + count)]


class Journal(AgentTest):
    RULES = ('[{source_labels: [__journal__systemd_unit], target_label: unit},'
             ' {source_labels: [__journal_priority_keyword], target_label: level}]')

    def setUp(self):
        super().setUp()
        self.journald = None

    def tearDown(self):
        super().tearDown()
        if self.journald:
            self.journald.stop()

    def configure(self, clients, journal='', rules=RULES, stages='[]', path=None, extra=''):
        self.port = free_port()
        text = 'server: {http_listen_address: 127.0.0.1, http_listen_port: %d, log_level: info}\n' % self.port
        text += 'positions: {filename: %s, sync_period: 100ms}\n' % self.path('positions.yaml')
        text += 'clients:\n' + ''.join('- %s\n' % c for c in clients)
        where = 'path: %s, ' % (path or self.path('j')) if path != '' else ''
        text += 'scrape_configs:\n- job_name: test\n  pipeline_stages: %s\n  relabel_configs: %s\n' % (stages, rules)
        text += '  journal: {%slabels: {job: systemd-journal}%s}\n%s' % (where, journal, extra)
        self.write('config.yaml', text, 'wb')

    def got(self, sink):
        """Times and lines, in the order of their times."""
        with sink.lock:
            return sorted((e[0], e[1]) for p in sink.pushes for e in p[3])

    def streams(self, sink):
        with sink.lock:
            return {(tuple(sorted(p[2].items())), e[1]) for p in sink.pushes for e in p[3]}

    def arrives(self, sink, folder=None, seconds=30, matches=()):
        expected = sorted(messages(folder or self.path('j'), *matches))
        until(lambda: len(self.got(sink)) >= len(expected), seconds, 'what journalctl shows')
        self.assertEqual(self.got(sink), expected)
        return expected

    def cursor(self):
        import yaml
        try:
            return (yaml.safe_load(self.read('positions.yaml')) or {}).get('positions', {}).get('journal-test')
        except FileNotFoundError:
            return None

    # What arrives

    def test_every_entry_arrives_as_journalctl_shows_it(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), [
            {'MESSAGE': 'plain', 'PRIORITY': 3}, {'MESSAGE': 'several\nlines\n\nof text', 'PRIORITY': 6}, {'MESSAGE': b'stray \xff\xfe bytes \x00 and \x1b[1m'},
            {'MESSAGE': 'x' * 300_000}, [('MESSAGE', 'a'), ('TAG', 'one'), ('TAG', 'two')], {'PRIORITY': 2, 'NOTE': 'no message'}, {'MESSAGE': ''}, {'MESSAGE': 'äöü ☃'},
        ] + lines(3000))
        self.configure([self.client(sink)])
        self.start()
        expected = self.arrives(sink)
        self.assertEqual(len(expected), 3007)
        self.assertEqual(self.metric('promtail_journal_target_lines_total'), 3007)
        self.assertIn('promtail_journal_target_parsing_errors_total{error="no_message"} 1', self.get('/metrics'))
        self.assertIn('promtail_journal_target_parsing_errors_total{error="empty_labels"} 0', self.get('/metrics'))

    def test_labels_by_rules_and_keywords(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), [{'MESSAGE': str(n), 'PRIORITY': n, '_SYSTEMD_UNIT': 'u%d.service' % (n % 2)} for n in range(9)]
                       + [{'MESSAGE': 'kernel', '_TRANSPORT': 'kernel'}, {'MESSAGE': 'dropped', '_SYSTEMD_UNIT': 'secret.service'}])
        self.configure([self.client(sink)], rules=self.RULES[:-1] + ', {source_labels: [__journal__systemd_unit], regex: secret.*, action: drop}]')
        self.start()
        words = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug']
        expected = {((('job', 'systemd-journal'), ('level', w), ('unit', 'u%d.service' % (n % 2))), str(n)) for n, w in enumerate(words)}
        expected |= {((('job', 'systemd-journal'), ('unit', 'u0.service')), '8'), ((('job', 'systemd-journal'),), 'kernel')}
        until(lambda: len(self.streams(sink)) == 10)
        self.assertEqual(self.streams(sink), expected)
        self.assertIn('promtail_journal_target_parsing_errors_total{error="empty_labels"} 1', self.get('/metrics'))

    def test_labelmap_takes_every_field_that_it_fits(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), [{'MESSAGE': 'm', '_HOSTNAME': 'h', '_TRANSPORT': 'stdout', 'CODE_FILE': 'f', 'PRIORITY': 4}])
        self.configure([self.client(sink)], rules='[{action: labelmap, regex: "__journal_(_hostname|_transport|priority_keyword)"}]')
        self.start()
        until(lambda: self.got(sink))
        self.assertEqual(self.streams(sink), {((('_hostname', 'h'), ('_transport', 'stdout'), ('job', 'systemd-journal'), ('priority_keyword', 'warning')), 'm')})

    def test_json_holds_every_field(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), [[('MESSAGE', 'line "one"\nline two'), ('PRIORITY', '5'), ('TAG', 'x'), ('TAG', 'y'), ('RAW', b'\xff\x01')], {'NOTE': 'no message'}])
        self.configure([self.client(sink)], ', json: true')
        self.start()
        until(lambda: len(self.got(sink)) == 2)
        first, second = [json.loads(l) for _, l in self.got(sink)]
        self.assertEqual(first['MESSAGE'], 'line "one"\nline two')
        self.assertEqual((first['PRIORITY'], sorted(first['TAG']), first['RAW']), ('5', ['x', 'y'], '\ufffd\x01'))
        self.assertEqual(second['NOTE'], 'no message')
        self.assertEqual({k.encode() for k in first}, {k for k, _ in shown(self.path('j'))[0][1]})

    def test_matches_choose_as_journalctl_does(self):
        words = '_SYSTEMD_UNIT=a.service PRIORITY=3 + _SYSTEMD_UNIT=b.service'
        sink = self.sink()
        journals.write(self.path('j/a.journal'), sum((lines(20, n * 100, u, p) for n, (u, p) in enumerate([(u, p) for u in ('a.service', 'b.service', 'c.service') for p in (3, 6)])), []))
        self.configure([self.client(sink)], ', matches: "%s"' % words)
        self.start()
        self.assertEqual(len(self.arrives(sink, matches=words.split())), 60)

    def test_pipeline_stages_act_on_entries(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), lines(10))
        self.configure([self.client(sink)], stages="[{regex: {expression: '(?P<number>[0-9]+)$'}}, {output: {source: number}}]")
        self.start()
        until(lambda: len(self.got(sink)) == 10)
        self.assertEqual([l for _, l in self.got(sink)], [str(n) for n in range(10)])

    # Positions

    def test_a_restart_repeats_and_loses_nothing_and_promtail_could_go_on(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), lines(5000))
        self.configure([self.client(sink, ', batchsize: 20000')])
        for round in range(3):
            agent = self.start()
            until(lambda: len(self.got(sink)) >= 1000 * (round + 1))
            self.assertEqual(self.stop(agent), 0)
            journals.write(self.path('j/a.journal'), lines(500, 5000 + 500 * round))
        self.start()
        expected = self.arrives(sink)
        self.assertEqual(len(expected), 6500)
        last = subprocess.run(['journalctl', '-D', self.path('j'), '-n1', '-o', 'json'], capture_output=True, text=True).stdout
        until(lambda: self.cursor() == json.loads(last)['__CURSOR'], what='the position')

    def test_kill_9_loses_nothing_and_repeats_exact_copies(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), lines(20000))
        self.configure([self.client(sink, ', batchsize: 50000')])
        sink.delay = 0.02
        for round in range(4):
            agent = self.start()
            until(lambda: len(self.got(sink)) > 3000 * (round + 1))
            self.stop(agent, signal.SIGKILL)
        sink.delay = 0
        self.start()
        expected = sorted(messages(self.path('j')))
        until(lambda: len(set(self.got(sink))) >= len(expected))
        # Loki drops a line that is there with the same labels and time.
        self.assertEqual(sorted(set(self.got(sink))), expected)
        self.assertEqual(len(self.streams(sink)), len(expected))

    def test_a_client_that_is_down_over_a_restart_gets_everything_and_the_other_waits_for_nothing(self):
        down, up = self.sink(), self.sink()
        down.status = 500
        journals.write(self.path('j/a.journal'), lines(3000))
        self.configure([self.client(down), self.client(up)])
        agent = self.start()
        self.arrives(up)
        self.stop(agent)
        self.start()
        journals.write(self.path('j/a.journal'), lines(300, 3000))
        self.arrives(up)
        self.assertEqual(self.got(down), [])
        down.status = 204
        self.arrives(down)
        self.assertEqual(len(self.got(up)), 3300)

    def test_a_reload_goes_on_where_it_was(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), lines(1000))
        self.configure([self.client(sink)])
        agent = self.start()
        self.arrives(sink)
        port = self.port
        self.configure([self.client(sink)], rules='[{source_labels: [__journal__systemd_unit], target_label: service}]')
        with open(self.path('config.yaml')) as f:
            text = f.read()
        self.write('config.yaml', text.replace(str(self.port), str(port)), 'wb')
        self.port = port
        agent.send_signal(signal.SIGHUP)
        until(lambda: self.metric('promtail_config_reload_success_total') == 1)
        journals.write(self.path('j/a.journal'), lines(1000, 1000))
        self.arrives(sink)
        self.assertEqual({dict(labels).get('service') for labels, line in self.streams(sink) if int(line.split()[-1]) >= 1000}, {'a.service'})

    def test_promtails_position_is_taken_over(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), lines(100))
        at = subprocess.run(['journalctl', '-D', self.path('j'), '-o', 'json'], capture_output=True, text=True).stdout.splitlines()
        self.write('positions.yaml', 'positions:\n  journal-test: %s\n' % json.loads(at[59])['__CURSOR'], 'wb')
        self.configure([self.client(sink)])
        self.start()
        until(lambda: len(self.got(sink)) == 40)
        self.assertEqual(self.got(sink), sorted(messages(self.path('j')))[60:])

    def test_a_position_that_is_no_cursor_is_told_and_max_age_holds(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), lines(10))
        self.write('positions.yaml', 'positions:\n  journal-test: nonsense\n', 'wb')
        self.configure([self.client(sink)])
        self.start()
        self.arrives(sink)
        self.assertIn('no cursor', self.log())

    def test_max_age_is_for_the_first_time_unless_it_is_written(self):
        now = time.time_ns() // 1000
        hour = 3600 * 10**6
        journals.write(self.path('j/a.journal'), lines(10), first=now - 9 * hour)
        journals.write(self.path('j/a.journal'), lines(10, 10), first=now - 2 * hour)
        at = subprocess.run(['journalctl', '-D', self.path('j'), '-o', 'json'], capture_output=True, text=True).stdout.splitlines()
        position = 'positions:\n  journal-test: %s\n' % json.loads(at[4])['__CURSOR']
        for journal, start, expected in (('', '', 10), ('', position, 15), (', max_age: 8h', position, 10), (', max_age: 1d', '', 20), (', max_age: 1h', '', 0)):
            sink = self.sink()
            self.write('positions.yaml', start, 'wb')
            for leftover in os.listdir(self.dir):
                if leftover.startswith('positions.yaml.'):
                    os.remove(self.path(leftover))
            journals.write(self.path('j/a.journal'), lines(1, 20))
            self.configure([self.client(sink)], journal)
            agent = self.start()
            until(lambda: any(l == 'entry 20' for _, l in self.got(sink)))
            self.stop(agent)
            self.assertEqual(len([l for _, l in self.got(sink) if l != 'entry 20']), expected, (journal, start))
        self.assertIn('older than max_age', self.log())

    # What happens to files

    def test_a_folder_that_appears_later_is_read(self):
        sink = self.sink()
        self.configure([self.client(sink)])
        self.start()
        until(lambda: 'there is no folder' in self.log(), what='the reason')
        journals.write(self.path('j/a.journal'), lines(10))
        self.arrives(sink)
        shutil.rmtree(self.path('j'))
        journals.write(self.path('j/b.journal'), lines(10, 10))
        until(lambda: len(self.got(sink)) == 20, 30, what='the folder that came in its place')

    def test_new_files_and_folders_of_machines_are_read(self):
        sink = self.sink()
        journals.write(self.path('j/%032x/system.journal' % 3), lines(10))
        self.configure([self.client(sink)])
        self.start()
        self.arrives(sink)
        journals.write(self.path('j/%032x/user-1000.journal' % 3), lines(10, 10))
        until(lambda: len(self.got(sink)) == 20)
        journals.write(self.path('j/%032x/system.journal' % 4), lines(10, 20))
        self.arrives(sink)

    def test_damage_takes_nothing_with_it_and_costs_nothing(self):
        sink = self.sink()
        journals.write(self.path('j/good.journal'), lines(2000))
        journals.write(self.path('j/bad.journal'), lines(2000, 10000, 'bad.service'))
        journals.write(self.path('j/short.journal'), lines(2000, 20000, 'bad.service'))
        with open(self.path('j/bad.journal'), 'r+b') as f:
            f.seek(100_000)
            f.write(os.urandom(200_000))
        os.truncate(self.path('j/short.journal'), 5000)
        self.write('j/garbage.journal', os.urandom(100_000))
        self.write('j/empty.journal', '')
        self.configure([self.client(sink)])
        agent = self.start()
        def good():
            return [l for l in self.got(sink) if int(l[1].split()[-1]) < 10000]
        expected = [m for m in sorted(messages(self.path('j'), '_SYSTEMD_UNIT=a.service'))]
        self.assertEqual(len(expected), 2000)
        until(lambda: len(good()) >= 2000)
        self.assertEqual(good(), expected)
        journals.write(self.path('j/good.journal'), lines(10, 2000))
        until(lambda: len(good()) == 2010)
        before = self.cpu(agent)
        time.sleep(2)
        self.assertLess(self.cpu(agent) - before, 0.3)

    def test_a_file_that_is_cut_short_while_it_is_read_does_not_end_the_agent(self):
        sink = self.sink()
        sink.status = 500
        journals.write(self.path('j/cut.journal'), lines(30000, unit='cut.service'), first=time.time_ns() // 1000 - 10**9)
        journals.write(self.path('j/good.journal'), lines(100, 50000))
        self.configure([self.client(sink)])
        agent = self.start()
        until(lambda: self.metric('promtail_journal_target_lines_total') > 0)
        # It is mapped, and the agent waits for the client.
        os.truncate(self.path('j/cut.journal'), 64 << 10)
        sink.status = 204
        until(lambda: sum(int(l.split()[-1]) >= 50000 for _, l in self.got(sink)) == 100, 30, 'the good file')
        self.assertIsNone(agent.poll())

    def test_no_right_to_read_is_told_with_the_way_out(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), lines(10))
        self.configure([self.client(sink)])
        os.chmod(self.dir, 0o777)
        os.chmod(self.path('j/a.journal'), 0o640)
        binary = shutil.copy(BINARY, self.path('swiftail'))  # without capabilities, where nobody may run it
        with open(self.path('stderr'), 'ab') as err:
            p = subprocess.Popen([binary, '-config.file=' + self.path('config.yaml')], stderr=err, stdout=err, user=65534, group=65534, extra_groups=[])
        self.processes.append(p)
        until(lambda: 'systemd-journal' in self.log(), what='the way out')
        self.assertEqual(self.got(sink), [])
        os.chmod(self.path('j/a.journal'), 0o644)
        self.arrives(sink)

    def test_without_libsystemd_everything_else_goes_on(self):
        sink = self.sink()
        journals.write(self.path('j/a.journal'), lines(10))
        self.write('a.log', 'one\n')
        self.configure([self.client(sink)], extra='- job_name: files\n  static_configs: [{labels: {job: files, __path__: "%s"}}]\n' % self.path('*.log'))
        library = subprocess.run("ldconfig -p | sed -n 's/.*libsystemd.so.0 .*=> //p' | head -1", shell=True, capture_output=True, text=True).stdout.strip()
        script = 'mount --bind /dev/null "$(readlink -f %s)" && exec "$@"' % library
        with open(self.path('stderr'), 'ab') as err:
            p = subprocess.Popen(['unshare', '-m', 'sh', '-c', script, 'sh', BINARY, '-config.file=' + self.path('config.yaml')], stderr=err, stdout=err)
        self.processes.append(p)
        until(lambda: self.lines(sink) == ['one'])
        until(lambda: 'libsystemd0' in self.log(), what='the name of the package')

    def cpu(self, process):
        with open('/proc/%d/stat' % process.pid) as f:
            fields = f.read().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    # A real journald

    def ours(self, sink):
        return [l for _, l in self.got(sink) if l.startswith('entry ')]

    def test_journald_rotates_while_the_client_is_down_and_nothing_is_lost(self):
        self.journald = Journald(self.dir)
        sink = self.sink()
        self.configure([self.client(sink)], path=self.path('run/log/journal'))
        self.journald.send(lines(500))
        self.start()
        until(lambda: len(self.ours(sink)) == 500)
        self.journald.send(lines(1, 500))
        until(lambda: len(self.ours(sink)) == 501, 5, 'an entry at once')
        sink.status = 500
        for round in range(3):
            self.journald.send(lines(400, 501 + round * 400))
            self.journald.rotate()
        sink.status = 204
        self.journald.send(lines(100, 1701))
        until(lambda: len(self.ours(sink)) >= 1801)
        self.assertEqual(self.ours(sink), ['entry %d' % n for n in range(1801)])
        # journald writes of itself too.
        until(lambda: self.got(sink) == sorted(messages(self.journald.folder)), what='all that the journal has')

    def test_what_was_vacuumed_before_it_was_read_is_counted(self):
        self.journald = Journald(self.dir)
        sink = self.sink()
        self.configure([self.client(sink)], path=self.path('run/log/journal'))
        self.journald.send(lines(10))
        agent = self.start()
        until(lambda: len(self.ours(sink)) == 10)
        self.stop(agent)
        self.journald.send(lines(50, 10))
        until(lambda: any(l == 'entry 59' for _, l in messages(self.journald.folder)))
        self.journald.rotate()
        self.journald.send(lines(5, 60))
        until(lambda: sum(l.startswith('entry ') for _, l in messages(self.journald.folder)) == 65)
        for file in self.journald.files():
            if '@' in file:
                os.remove(file)
        self.start()
        until(lambda: len(self.ours(sink)) == 15)
        self.assertEqual(self.ours(sink)[10:], ['entry %d' % n for n in range(60, 65)])
        self.assertGreaterEqual(self.metric('swiftail_journal_missed_entries_total'), 50)
        self.assertIn('gone from the journal', self.log())

    def test_the_machines_own_journal_is_found_and_another_machines_is_named(self):
        self.journald = Journald(self.dir)
        self.journald.send(lines(10))
        sink = self.sink()
        self.configure([self.client(sink)], path='')
        def start():
            with open(self.path('stderr'), 'ab') as err:
                p = subprocess.Popen(self.journald.inside(BINARY, '-config.file=' + self.path('config.yaml')), stdout=err, stderr=err)
            self.processes.append(p)
            return p
        agent = start()
        until(lambda: len(self.ours(sink)) == 10)
        agent.kill(), agent.wait()
        self.write('machine-id', '%032x\n' % 12345)
        script = 'mount --bind %s /etc/machine-id && exec %s -config.file=%s' % (self.path('machine-id'), BINARY, self.path('config.yaml'))
        with open(self.path('stderr'), 'ab') as err:
            self.processes.append(subprocess.Popen(self.journald.inside('unshare', '-m', 'sh', '-c', script), stdout=err, stderr=err))
        until(lambda: os.path.basename(self.journald.folder) in self.log(), what='the name of the other machine')
        self.assertIn('%032x' % 12345, self.log())


if __name__ == '__main__':
    unittest.main()
