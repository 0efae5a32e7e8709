"""Containers' logs, from an engine to the endpoint: what a stand-in engine shows better than a real one."""
import gzip, json, os, re, signal, ssl, subprocess, time, unittest
from agent import BINARY, AgentTest, free_port, until
from engine import Engine, stamp

RULES = '[{source_labels: [__meta_docker_container_name], regex: "/(.*)", target_label: container}, ' \
        '{source_labels: [__meta_docker_container_log_stream], target_label: stream}]'


class DockerTest(AgentTest):
    def setUp(self):
        super().setUp()
        self.engines = []
        self.sink_ = self.sink()

    def tearDown(self):
        super().tearDown()
        for e in self.engines:
            e.close()

    def engine(self, where=None, tls=None):
        self.engines.append(Engine(where or self.path('docker.sock'), tls))
        return self.engines[-1]

    def configure(self, rules=RULES, host=None, refresh='1h', more='', clients=None):
        self.config(clients or [self.client(self.sink_)])
        text = self.read('config.yaml').split('scrape_configs')[0].replace('log_level: info', 'log_level: debug')
        text += 'scrape_configs:\n- job_name: docker\n  docker_sd_configs: [{host: "%s", refresh_interval: %s%s}]\n  relabel_configs: %s\n' % (
            host or 'unix://' + self.path('docker.sock'), refresh, more, rules)
        self.write('config.yaml', text, 'wb')

    def entries(self, sink=None):
        sink = sink or self.sink_
        with sink.lock:
            return [(e[0], e[1]) for p in sink.pushes for e in p[3]]

    def streams(self):
        with self.sink_.lock:
            return {json.dumps(p[2], sort_keys=True) for p in self.sink_.pushes}

    def wait_for(self, lines, seconds=20):
        until(lambda: len(self.lines(self.sink_)) >= len(lines), seconds, 'the lines')
        self.assertEqual(self.lines(self.sink_), lines)

    def cursor(self, id):
        import yaml
        try:
            return yaml.safe_load(self.read('positions.yaml'))['positions'].get('cursor-' + id)
        except FileNotFoundError:
            return None


class Lives(DockerTest):
    def test_a_container_that_ended_is_not_asked_again_and_its_last_second_is_not_repeated(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.write('c1', 'one\n', 'two\n', 'three\n', ns=1_700_000_000_100_000_000)
        self.configure(refresh='1s')
        self.start()
        self.wait_for(['one', 'two', 'three'])
        engine.stop('c1')
        until(lambda: 'does not run: exited, exit code 3' in self.get('/targets'), what='the reason')
        asked = engine.asked['logs'], engine.asked['json']
        until(lambda: engine.asked['list'] > 4)
        self.assertEqual((engine.asked['logs'], engine.asked['json']), asked)
        engine.start('c1')
        engine.write('c1', 'four\n')
        self.wait_for(['one', 'two', 'three', 'four'])
        self.assertIn('since=1699999999.100000002', [t for t in engine.seen if '/logs' in t][-1])

    def test_restarts_without_events_are_seen_by_the_list(self):
        engine = self.engine()
        engine.event = lambda *_: None
        engine.add('c1', 'web')
        self.configure(refresh='1s')
        self.start()
        for n in range(3):
            engine.write('c1', 'line %d\n' % n)
            self.wait_for(['line %d' % i for i in range(n + 1)])
            engine.stop('c1')
            until(lambda: 'does not run' in self.get('/targets'))
            engine.start('c1')

    def test_a_stream_that_is_cut_anywhere_goes_on_exactly_there(self):
        engine = self.engine()
        engine.add('c1', 'web')
        written = ['line %04d %s' % (n, 'x' * (n % 50)) for n in range(2000)]
        engine.write('c1', *[l + '\n' for l in written], ns=1_700_000_000_000_000_000)
        self.configure()
        engine.cut_after = 7
        self.start()
        for after in (1001, 33333, 65537):
            until(lambda: engine.cut_after is None)
            engine.cut_after = after
            engine.hang_up()
        self.wait_for(written)

    def test_an_engine_that_is_down_and_comes_back(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.write('c1', 'before\n')
        self.configure(refresh='1s')
        self.start()
        self.wait_for(['before'])
        engine.down()
        until(lambda: 'last try failed' in self.get('/targets'))
        engine.write('c1', 'while it was away\n')
        engine.up()
        self.wait_for(['before', 'while it was away'])

    def test_an_engine_that_stalls(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.write('c1', 'before\n')
        engine.stalled = True
        self.configure(refresh='1s')
        self.start()
        until(lambda: 'has not answered yet' in self.get('/targets'))
        engine.stalled = False
        self.wait_for(['before'])

    def test_paused_and_renamed(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.write('c1', 'one\n')
        self.configure()
        self.start()
        self.wait_for(['one'])
        engine.do(lambda: engine.event('pause', 'c1'))
        until(lambda: 'is paused' in self.get('/targets'))
        engine.do(lambda: engine.event('unpause', 'c1'))
        until(lambda: 'is paused' not in self.get('/targets'))
        engine.set('c1', name='other')
        engine.do(lambda: engine.event('rename', 'c1'))
        until(lambda: 'other' in self.get('/targets'))
        engine.write('c1', 'two\n')
        self.wait_for(['one', 'two'])
        self.assertEqual(len(self.streams()), 2)

    def test_a_removed_container_is_read_to_its_end_and_forgotten(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.write('c1', 'one\n')
        self.configure()
        self.start()
        self.wait_for(['one'])
        until(lambda: self.cursor('c1'))
        engine.write('c1', 'last words\n')
        engine.remove('c1')
        self.wait_for(['one', 'last words'])
        until(lambda: self.cursor('c1') is None, what='the end of its position')
        until(lambda: 'web' not in self.get('/targets'))

    def test_a_container_that_lived_for_a_moment_between_two_lists(self):
        engine = self.engine()
        self.configure()
        self.start()
        until(lambda: engine.listeners)
        engine.add('c1', 'job')
        engine.write('c1', 'all it said\n')
        engine.stop('c1')
        self.wait_for(['all it said'])

    def test_what_a_container_said_last_while_no_agent_ran(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.add('c2', 'never read')
        engine.write('c1', 'one\n')
        engine.stop('c2')
        self.configure()
        agent = self.start()
        self.wait_for(['one'])
        self.stop(agent)
        engine.write('c1', 'why it died\n')
        engine.stop('c1')
        self.start()
        self.wait_for(['one', 'why it died'])
        self.assertNotIn('never read', self.get('/targets'))

    def test_restarts_of_the_agent_repeat_and_lose_nothing(self):
        engine = self.engine()
        engine.add('c1', 'web')
        self.configure(clients=[self.client(self.sink_, ', batchsize: 5000')])
        written = []
        for round in range(5):
            agent = self.start()
            new = ['%d of %d' % (n, round) for n in range(3000)]
            # Many with one time, and both streams.
            ns = 1_700_000_000_000_000_000 + round * 10**9
            for n, line in enumerate(new):
                engine.write('c1', line + '\n', stream=1 + n % 2, ns=ns + n // 10 * 1000) if n < 100 else None
            engine.write('c1', *[l + '\n' for l in new[100:]], ns=ns + 10**8)
            written += new
            until(lambda: len(self.lines(self.sink_)) > 3000 * round + 100)
            self.assertEqual(self.stop(agent), 0)
        self.start()
        until(lambda: len(self.lines(self.sink_)) >= len(written))
        self.assertEqual(sorted(self.lines(self.sink_)), sorted(written))

    def test_after_kill_9_lines_are_repeated_as_exact_copies_at_most(self):
        engine = self.engine()
        engine.add('c1', 'web')
        self.configure()
        for round in range(3):
            agent = self.start()
            engine.write('c1', *['%d of %d\n' % (n, round) for n in range(2000)])
            until(lambda: len(set(self.lines(self.sink_))) > 2000 * round)
            self.stop(agent, signal.SIGKILL)
        self.start()
        until(lambda: len(set(self.entries())) == 6000)
        self.assertEqual(len(set(self.lines(self.sink_))), 6000)

    def test_a_client_that_is_down_holds_up_no_other(self):
        engine = self.engine()
        engine.add('c1', 'web')
        down = self.sink()
        down.status = 500
        self.configure(clients=[self.client(self.sink_, ', name: up'), self.client(down, ', name: down')])
        agent = self.start()
        written = ['line %d' % n for n in range(20000)]
        engine.write('c1', *[l + '\n' for l in written])
        self.wait_for(written)
        self.stop(agent)
        down.status = 204
        self.start()
        until(lambda: len(self.lines(down)) >= len(written))
        self.assertEqual(self.lines(down), written)
        self.assertEqual(len(self.lines(self.sink_)), len(written))


class Reasons(DockerTest):
    def test_a_log_driver_that_cannot_be_read_is_named_with_the_way_out_and_left_alone(self):
        engine = self.engine()
        engine.add('c1', 'web', driver='gelf', refusal='configured logging driver does not support reading')
        self.configure(refresh='1s')
        self.start()
        page = until(lambda: re.search('the log driver gelf.*json-file', self.get('/targets')), what='the reason')
        self.assertIn('drop it by a rule', page.string)
        asked = engine.asked['logs']
        until(lambda: engine.asked['list'] > 4)
        self.assertEqual(engine.asked['logs'], asked)

    def test_explain_tells_of_a_container(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.add('c2', 'other')
        self.configure(rules=RULES[:-1] + ', {source_labels: [container], regex: web, action: keep}]')
        self.start()

        def explain(name):
            done = subprocess.run([BINARY, 'explain', name, '--server', 'http://127.0.0.1:%d' % self.port], capture_output=True, text=True, timeout=20)
            return done.stdout
        until(lambda: 'container /web (job docker, docker_sd): its log is read' in explain('web'))
        self.assertIn('dropped by rule 3', explain('other'))

    def test_a_socket_that_may_not_be_used(self):
        self.engine()
        os.chmod(self.path('docker.sock'), 0o600)
        os.chmod(self.dir, 0o755)
        self.configure()
        state = self.path('state')
        os.mkdir(state)
        os.chmod(state, 0o777)
        self.write('config.yaml', self.read('config.yaml').replace(self.path('positions.yaml'), state + '/positions.yaml'), 'wb')
        p = subprocess.Popen([BINARY, '-config.file=' + self.path('config.yaml')], cwd=state, user=65534, group=65534, extra_groups=[],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(p)
        page = until(lambda: re.search('may not use .*permission denied.*', self.get('/targets')))
        for word in ('swiftail runs as user 65534', 'usermod -aG root', '--group-add 0'):
            self.assertIn(word, page.group())

    def test_a_socket_that_is_not_there(self):
        self.configure()
        self.start()
        page = until(lambda: re.search('no engine listens at .*', self.get('/targets')))
        self.assertIn('-v %s:%s' % (self.path('docker.sock'), self.path('docker.sock')), page.group())


class Labels(DockerTest):
    def test_without_rules_the_name_is_the_label(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.write('c1', 'x\n')
        self.configure(rules='[]')
        self.start()
        self.wait_for(['x'])
        self.assertEqual(self.streams(), {'{"container": "web"}'})

    def test_a_container_in_several_networks_is_read_once(self):
        engine = self.engine()
        engine.add('c1', 'web', networks=['other', 'bridge'])
        engine.write('c1', 'x\n')
        self.configure(rules='[{source_labels: [__meta_docker_network_name], target_label: network}]', more=', match_first_network: false')
        self.start()
        self.wait_for(['x'])
        self.assertEqual(self.streams(), {'{"network": "bridge"}'})
        self.assertIn('read already, by another of its networks', self.get('/service-discovery'))

    def test_a_rule_may_drop_one_stream(self):
        engine = self.engine()
        engine.add('c1', 'web')
        self.configure(rules='[{source_labels: [__meta_docker_container_log_stream], regex: stdout, action: drop}, {target_label: job, replacement: d}]')
        agent = self.start()
        engine.write('c1', 'out\n')
        engine.write('c1', 'err\n', stream=2)
        self.wait_for(['err'])
        self.stop(agent)
        self.start()
        engine.write('c1', 'err again\n', stream=2)
        self.wait_for(['err', 'err again'])

    def test_a_path_still_leads_to_files(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.write('c1', 'by the API\n')
        self.write('c1.log', 'from the file\n')
        self.configure(rules='[{source_labels: [__meta_docker_container_id], target_label: __path__, replacement: "%s/$1.log"}]' % self.dir)
        self.start()
        self.wait_for(['from the file'])
        self.assertEqual(engine.asked['logs'], 0)

    def test_over_tcp_and_with_a_terminal(self):
        port = free_port()
        engine = self.engine(port)
        engine.add('c1', 'web', tty=True)
        engine.write('c1', 'one\n', 'two\n')
        self.configure(host='http://127.0.0.1:%d' % port, refresh='1s')
        self.start()
        self.wait_for(['one', 'two'])
        until(lambda: engine.asked['list'] > 3)
        self.assertEqual(engine.asked['logs'], 1)


    def test_over_tls(self):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2',
                        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], cwd=self.dir, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path('cert.pem'), self.path('key.pem'))
        port = free_port()
        engine = self.engine(port, context)
        engine.add('c1', 'web')
        self.configure(host='tcp://127.0.0.1:%d' % port, more=', tls_config: {ca_file: %s, server_name: localhost}' % self.path('cert.pem'))
        self.start()
        for n in range(3):
            engine.write('c1', 'line %d\n' % n)
            self.wait_for(['line %d' % i for i in range(n + 1)])
        self.assertEqual(engine.asked['logs'], 1)

    def test_a_dry_run_prints_and_remembers_nothing(self):
        engine = self.engine()
        engine.add('c1', 'web')
        engine.write('c1', 'only shown\n')
        self.configure()
        agent = self.start('-config.file=' + self.path('config.yaml'), '-dry-run')
        until(lambda: 'only shown' in self.read('stdout'))
        self.stop(agent)
        self.assertEqual(self.lines(self.sink_), [])
        self.assertFalse(os.path.exists(self.path('positions.yaml')))


class Files(DockerTest):
    """Logs of the json-file driver, in the engine's own files."""

    def add(self, id='c1', **more):
        self.file = self.path('containers/%s/%s-json.log' % (id, id))
        os.makedirs(os.path.dirname(self.file), exist_ok=True)
        open(self.file, 'ab').close()
        self.engines[0].add(id, 'web', driver='json-file', log_path=self.file, **more)

    def append(self, *texts, stream='stdout'):
        """As Docker writes, also to what the API gives."""
        with open(self.file, 'ab') as f:
            ns = 0
            for n, text in enumerate(texts):
                # Parts of a line have one time.
                ns = ns if n and not texts[n - 1].endswith('\n') else max(time.time_ns(), ns + 1)
                f.write((json.dumps({'log': text, 'stream': stream, 'time': stamp(ns)}, separators=(',', ':')) + '\n').encode())
                self.engines[0].write('c1', text, stream=1 if stream == 'stdout' else 2, ns=ns)

    def rotate(self, keep=3, compress=False):
        """As Docker's json-file driver does with max-file."""
        ending = '.gz' if compress else ''
        for n in range(keep - 1, 0, -1):
            if os.path.exists(self.file + '.%d%s' % (n, ending)):
                os.rename(self.file + '.%d%s' % (n, ending), self.file + '.%d%s' % (n + 1, ending))
        os.rename(self.file, self.file + '.1')
        open(self.file, 'ab').close()
        if compress:
            with open(self.file + '.1', 'rb') as f, gzip.open(self.file + '.1.gz', 'wb') as g:
                g.write(f.read())
            os.remove(self.file + '.1')

    def test_the_file_is_read_with_the_same_result(self):
        engine = self.engine()
        self.add()
        self.append('one\n', 'part, ', 'and <more>\n', 'tab\t"quoted"\n')
        self.append('to stderr\n', stream='stderr')
        self.configure()
        self.start()
        until(lambda: len(self.lines(self.sink_)) == 4)
        self.assertEqual(sorted(self.lines(self.sink_)), ['one', 'part, and <more>', 'tab\t"quoted"', 'to stderr'])
        self.assertEqual(self.streams(), {'{"container": "web", "stream": "%s"}' % s for s in ('stdout', 'stderr')})
        self.assertEqual(engine.asked['logs'], 0)
        self.assertIn('through ' + self.file, self.get('/targets'))
        until(lambda: self.cursor('c1'))
        self.assertEqual({int(t) for t, _ in self.entries()}, {engine.containers['c1'].log[n][0] for n in (0, 1, 3, 4)})

    def test_a_switch_turns_it_off_and_places_hold_in_both_ways(self):
        engine = self.engine()
        self.add()
        written = []
        for round in range(6):
            self.configure(more=', read_log_files: %s' % ('false' if round % 2 else 'true'))
            agent = self.start()
            new = ['%d of %d' % (n, round) for n in range(500)]
            self.append(*[l + '\n' for l in new[:250]])
            until(lambda: len(self.lines(self.sink_)) > len(written))
            self.append(*[l + '\n' for l in new[250:]])
            written += new
            self.assertEqual(self.stop(agent), 0)
            self.assertEqual(engine.asked['logs'] > 0, round > 0)
        self.start()
        self.wait_for(written)

    def test_promtails_place_is_taken_over(self):
        self.engine()
        self.add()
        for n, text in enumerate(['old\n', 'in that second\n', 'new\n']):
            with open(self.file, 'a') as f:
                f.write(json.dumps({'log': text, 'stream': 'stdout', 'time': stamp(1_700_000_000_000_000_000 + n * 10**9)}) + '\n')
        self.write('positions.yaml', 'positions:\n  cursor-c1: "1700000001"\n')
        self.configure()
        self.start()
        self.wait_for(['in that second', 'new'])

    def test_rotation_while_running(self):
        for compress in (False, True):
            self.tearDown()
            self.setUp()
            self.engine()
            self.add()
            self.configure()
            self.start()
            written = []
            for round in range(20):
                new = ['%d of %d' % (n, round) for n in range(200)]
                self.append(*[l + '\n' for l in new])
                written += new
                # What max-file throws away is gone for everybody.
                until(lambda: len(self.lines(self.sink_)) >= len(written) - 400)
                self.rotate(compress=compress)
            self.append('last\n')
            self.wait_for(written + ['last'])

    def test_rotations_while_stopped(self):
        for compress in (False, True):
            self.tearDown()
            self.setUp()
            self.engine()
            self.add()
            self.configure()
            agent = self.start()
            self.append('one\n', 'two\n')
            self.wait_for(['one', 'two'])
            self.stop(agent)
            self.append('three\n')
            self.rotate(compress=compress)
            self.append('four\n')
            self.rotate(compress=compress)
            self.append('five\n')
            self.start()
            self.wait_for(['one', 'two', 'three', 'four', 'five'])

    def test_the_only_file_emptied(self):
        """max-file: 1."""
        self.engine()
        self.add()
        self.configure()
        agent = self.start()
        self.append('one\n', 'two\n')
        self.wait_for(['one', 'two'])
        os.truncate(self.file, 0)
        self.append('three\n')
        self.wait_for(['one', 'two', 'three'])
        self.stop(agent)
        os.truncate(self.file, 0)
        self.append(*['more %d\n' % n for n in range(20)])
        self.start()
        self.wait_for(['one', 'two', 'three'] + ['more %d' % n for n in range(20)])

    def test_damage_is_passed_over(self):
        self.engine()
        self.add()
        self.append('one\n')
        self.write('containers/c1/c1-json.log', b'\0' * 500 + b'\n{"log":"cut off\n')
        self.append('two\n')
        self.configure()
        self.start()
        self.wait_for(['one', 'two'])
        self.assertEqual(self.metric('promtail_docker_target_parsing_errors_total'), 2)

    def test_removed_with_its_container(self):
        engine = self.engine()
        self.add()
        self.append('one\n')
        self.configure()
        self.start()
        self.wait_for(['one'])
        self.append('last words\n', 'without end')
        os.remove(self.file)
        engine.remove('c1')
        self.wait_for(['one', 'last words', 'without end'])
        until(lambda: self.cursor('c1') is None)

    def test_a_file_that_is_not_here_is_named_and_the_engine_asked(self):
        engine = self.engine()
        engine.add('c1', 'web', driver='json-file', log_path=self.path('nowhere/c1-json.log'))
        engine.write('c1', 'x\n')
        self.configure()
        self.start()
        self.wait_for(['x'])
        self.assertIn('nowhere/c1-json.log is not on this host, or not mounted here', self.get('/targets'))


if __name__ == '__main__':
    unittest.main()
