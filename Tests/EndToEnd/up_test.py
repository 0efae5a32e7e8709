"""swiftail up: agent, store and console in one process."""
import json, os, re, shutil, signal, subprocess, unittest, urllib.parse, urllib.request
from agent import BINARY, AgentTest, until
from journals import Journald
from engine import Engine


class Up(AgentTest):
    def up(self, *args):
        self.write('stdout', '', 'wb')
        p = self.start('up', '--no-tty', '--listen', '127.0.0.1:0', '--data-dir', self.path('state'), *args, wait=False)
        text = until(lambda: p.poll() is not None or re.search(r'http://\S+/', self.read('stdout')), what='the address')
        self.assertIsNone(p.poll(), self.log())
        self.url = text.group(0)
        return p

    def inside(self, journald, *args):
        """The same with the journal of a journald."""
        with open(self.path('stdout'), 'wb') as out, open(self.path('stderr'), 'ab') as err:
            p = subprocess.Popen(journald.inside(BINARY, 'up', '--no-tty', '--listen', '127.0.0.1:0', '--data-dir', self.path('state'), *args), stdout=out, stderr=err)
        self.processes.append(p)
        text = until(lambda: p.poll() is not None or re.search(r'http://\S+/', self.read('stdout')), what='the address')
        self.assertIsNone(p.poll(), self.log())
        self.url = text.group(0)
        return p

    def ask(self, path, **query):
        with urllib.request.urlopen(self.url + path + '?' + urllib.parse.urlencode(query), timeout=10) as r:
            return json.load(r).get('data')  # Loki leaves it out where there is nothing

    def stored(self):
        """Every line in the store, oldest first."""
        got = self.ask('loki/api/v1/query_range', query='{job="files"}', limit=5000, direction='forward', since='1h')
        return [l for _, l in sorted(v for s in got['result'] for v in map(tuple, s['values']))]

    def test_the_lines_of_a_file_are_in_the_store_once_across_a_restart(self):
        written = ['line %d' % n for n in range(1000)]
        self.write('logs/a.log', '\n'.join(written) + '\n')
        agent = self.up(self.path('logs/*.log'))
        until(lambda: len(self.stored()) == 1000)
        self.assertEqual(self.ask('loki/api/v1/label/filename/values'), [self.path('logs/a.log')])
        self.assertEqual(self.stop(agent, signal.SIGINT), 0)
        written += ['more %d' % n for n in range(1000)]
        self.write('logs/a.log', '\n'.join(written[1000:]) + '\n')
        agent = self.up(self.path('logs/*.log'))
        until(lambda: len(self.stored()) >= 2000)
        self.assertEqual(self.stored(), written)
        counted = self.ask('loki/api/v1/query', query='sum by (job) (count_over_time({job="files"}[1h]))')
        self.assertEqual(counted['result'][0]['value'][1], '2000')

    def test_a_second_one_in_the_same_place_is_refused(self):
        self.up(self.path('logs/*.log'))
        p = subprocess.run([BINARY, 'up', '--data-dir', self.path('state'), '--listen', '127.0.0.1:0'], capture_output=True, text=True, timeout=20)
        self.assertEqual(p.returncode, 1)
        self.assertIn('another swiftail', p.stderr)

    def test_a_place_that_cannot_be_written_and_a_wrong_address_are_named(self):
        self.write('file', 'x')
        p = subprocess.run([BINARY, 'up', '--data-dir', self.path('file/state')], capture_output=True, text=True, timeout=20)
        self.assertEqual(p.returncode, 1)
        self.assertIn('--data-dir', p.stderr)
        p = subprocess.run([BINARY, 'up', '--data-dir', self.path('s'), '--listen', 'nowhere'], capture_output=True, text=True, timeout=20)
        self.assertEqual(p.returncode, 1)
        self.assertIn('nowhere', p.stderr)

    def test_containers_are_shown_too_where_an_engine_is(self):
        engine = Engine(self.path('docker.sock'))
        self.addCleanup(engine.close)
        engine.add('c1', 'web-1', labels={'com.docker.compose.service': 'web'})
        engine.write('c1', 'hello\n')
        os.environ['DOCKER_HOST'] = 'unix://' + self.path('docker.sock')
        self.addCleanup(os.environ.pop, 'DOCKER_HOST')
        agent = self.up('--docker', self.path('logs/*.log'))
        query = dict(query='{job="docker"}', since='1h')
        found = until(lambda: self.ask('loki/api/v1/query_range', **query)['result'])
        self.assertEqual([v[1] for v in found[0]['values']], ['hello'])
        labels = {k: v for k, v in found[0]['stream'].items() if k != 'host'}
        self.assertEqual(labels, {'job': 'docker', 'container': 'web-1', 'service': 'web', 'stream': 'stdout'})
        self.stop(agent, signal.SIGINT)
        asked = engine.asked['list']
        agent = self.up(self.path('logs/*.log'))
        self.assertEqual(engine.asked['list'], asked, 'files that are named are read alone')
        self.stop(agent, signal.SIGINT)
        self.up('--no-journal')
        until(lambda: engine.asked['list'] > asked, what='the engine where no files are named')

    def test_state_is_for_its_owner_alone(self):
        self.up(self.path('logs/*.log'))
        self.assertEqual(os.stat(self.path('state')).st_mode & 0o077, 0)

    def test_the_machines_journal_is_there_unless_it_is_not_wanted(self):
        journald = Journald(self.dir)
        self.addCleanup(journald.stop)
        journald.send([{'MESSAGE': 'for the journal', 'PRIORITY': 3, '_SYSTEMD_UNIT': 'forged.service'}])

        def found():
            got = self.ask('loki/api/v1/query_range', query='{job="systemd-journal"} |= "for the journal"', limit=10, since='1h')
            return [s['stream'] for s in got['result']]
        agent = self.inside(journald)
        stream = until(found)[0]
        self.assertEqual(stream['level'], 'error')
        self.stop(agent)
        self.write('logs/a.log', 'a line\n')
        for args, jobs in (([self.path('logs/*.log')], ['files']), (['--no-journal', self.path('logs/*.log')], ['files']),
                           (['--journal', self.path('logs/*.log')], ['files', 'systemd-journal'])):
            shutil.rmtree(self.path('state'))
            agent = self.inside(journald, *args)
            until(lambda: self.ask('loki/api/v1/label/job/values') == jobs, what=str(jobs))
            self.stop(agent)


if __name__ == '__main__':
    unittest.main()
