"""The Debian package, installed, upgraded, removed and purged in a Debian root folder; `swiftail take-over`. Wants root."""
import os, re, shutil, signal, stat, subprocess, sys, tempfile, unittest
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '../EndToEnd')]
from agent import AgentTest, BINARY, free_port, until
from charts import ROOT

TOOLS = os.path.join(ROOT, '.build/tools')


class TakeOverTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_it(self, *arguments, status=0):
        done = subprocess.run([BINARY, 'take-over', *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_once_and_never_over_newer_positions(self):
        old, new = os.path.join(self.folder, 'positions.yaml'), os.path.join(self.folder, 'a/b/positions.yaml')
        with open(old, 'w') as f:
            f.write('positions:\n  /var/log/a.log: "17"\n')
        self.assertIn('took over', self.run_it('--from', old, '--to', new))
        with open(new) as f:
            self.assertEqual(f.read(), 'positions:\n  /var/log/a.log: "17"\n')
        self.assertEqual(stat.S_IMODE(os.stat(new).st_mode), 0o600)
        with open(new, 'w') as f:
            f.write('positions: {}\n')
        self.assertIn('nothing to take over', self.run_it('--from', old, '--to', new))
        with open(new) as f:
            self.assertEqual(f.read(), 'positions: {}\n')

    def test_nothing_there_is_no_failure(self):
        self.assertIn('nothing to take over', self.run_it('--from', '/nowhere/positions.yaml', '--to', self.folder + '/p.yaml'))
        self.assertEqual(os.listdir(self.folder), [])

    def test_owner(self):
        with open(os.path.join(self.folder, 'old.yaml'), 'w') as f:
            f.write('positions: {}\n')
        state = os.path.join(self.folder, 'state')
        self.run_it('--from', self.folder + '/old.yaml', '--to', state + '/positions.yaml', '--owner', '65532:0')
        for path in (state, state + '/positions.yaml'):
            self.assertEqual((os.stat(path).st_uid, os.stat(path).st_gid), (65532, 0), path)
        self.assertIn('--owner', self.run_it('--to', state + '/positions.yaml', '--owner', 'me', status=64))

    def test_what_cannot_be_written_is_told(self):
        with open(os.path.join(self.folder, 'file'), 'w') as f:
            f.write('x')
        self.assertIn('cannot write', self.run_it('--from', self.folder + '/file', '--to', self.folder + '/file/positions.yaml', status=1))
        self.assertIn('cannot read', self.run_it('--from', self.folder, '--to', self.folder + '/positions.yaml', status=1))


class PackageTest(AgentTest):
    def tearDown(self):
        # Before the folder goes.
        subprocess.run(['umount', '--lazy', self.path('root/proc')], capture_output=True)
        self.assertFalse(os.path.ismount(self.path('root/proc')))
        super().tearDown()

    def chroot(self, *command, check=True):
        environment = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND': 'noninteractive', 'LC_ALL': 'C'}
        done = subprocess.run(['chroot', self.root, *command], env=environment, capture_output=True, text=True)
        if check:
            self.assertEqual(done.returncode, 0, '%s: %s' % (command, done.stdout + done.stderr))
        return done.stdout + done.stderr

    def test_life_of_an_installation(self):
        package = subprocess.run([ROOT + '/deploy/debian/package', BINARY, self.dir], capture_output=True, text=True, check=True).stdout.strip()
        self.root = self.path('root')
        subprocess.run(['cp', '-a', '--reflink=auto', TOOLS + '/debian-root', self.root], check=True)
        shutil.copy(package, self.root + '/swiftail.deb')
        # A program finds its arguments in /proc.
        subprocess.run(['mount', '--bind', '/proc', self.root + '/proc'], check=True)
        inside = lambda name: self.root + name

        # Installed: its dependencies are there, the user has the groups, the configuration is no one else's to read.
        self.chroot('dpkg', '-i', '/swiftail.deb')
        self.assertIn('Status: install ok installed', self.chroot('dpkg', '-s', 'swiftail'))
        groups = self.chroot('id', '-nG', 'swiftail').split()
        self.assertLessEqual({'swiftail', 'adm', 'systemd-journal'}, set(groups))
        self.assertEqual(self.chroot('stat', '-c', '%U:%G %a', '/etc/swiftail/config.yml', '/var/lib/swiftail').split('\n')[:2],
                         ['root:swiftail 640', 'swiftail:swiftail 750'])
        self.assertIn('0 errors, 0 warnings', self.chroot('swiftail', 'check', '/etc/swiftail/config.yml'))
        self.assertEqual(self.chroot('systemd-analyze', 'verify', '/lib/systemd/system/swiftail.service'), '')
        exposure = self.chroot('systemd-analyze', 'security', '--offline=true', 'swiftail.service', check=False)
        score = float(re.search(r'Overall exposure level for swiftail.service: ([0-9.]+)', exposure)[1])
        self.assertLess(score, 3, exposure)
        self.service_reads_roots_logs()

        # An upgrade keeps what the administrator wrote.
        with open(inside('/etc/swiftail/config.yml'), 'a') as f:
            f.write('# mine\n')
        self.chroot('dpkg', '-i', '--force-confold', '/swiftail.deb')
        with open(inside('/etc/swiftail/config.yml')) as f:
            self.assertIn('# mine', f.read())

        # Removed: configuration and positions stay. Purged: nothing does.
        self.chroot('dpkg', '-r', 'swiftail')
        self.assertFalse(os.path.exists(inside('/usr/bin/swiftail')))
        self.assertTrue(os.path.exists(inside('/etc/swiftail/config.yml')))
        self.assertTrue(os.path.exists(inside('/var/lib/swiftail/positions.yaml')))
        self.chroot('dpkg', '-P', 'swiftail')
        for name in ('/etc/swiftail', '/etc/default/swiftail', '/var/lib/swiftail'):
            self.assertFalse(os.path.exists(inside(name)), name)
        self.assertNotIn('swiftail', self.chroot('cat', '/etc/passwd', '/etc/group'))

    def service_reads_roots_logs(self):
        """The unit's command as the unit's user with its capability; a file of root's arrives, and SIGHUP is a reload."""
        with open(self.root + '/lib/systemd/system/swiftail.service') as f:
            unit = f.read()
        command = re.search(r'^ExecStart=(.*)$', unit, re.M)[1].replace(' $ARGS', '').split()
        sink, self.port = self.sink(), free_port()
        config = self.root + '/etc/swiftail/config.yml'
        with open(config) as f:
            text = f.read()
        with open(config, 'w') as f:
            f.write(text.replace('http://localhost:3100', sink.url).replace('9080', str(self.port)))
        log = self.root + '/var/log/secret.log'
        with open(log, 'w') as f:
            f.write('for root\n')
        os.chmod(log, 0o600)
        limited = ['chroot', self.root, 'setpriv', '--reuid=swiftail', '--regid=swiftail', '--init-groups', '--no-new-privs',
                   '--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search', '--bounding-set=-all,+dac_read_search']
        with open(self.path('stderr'), 'wb') as err:
            process = subprocess.Popen(limited + command, stdout=subprocess.DEVNULL, stderr=err)
        self.processes.append(process)
        until(lambda: 'for root' in self.lines(sink) or process.poll() is not None, what='the line')
        self.assertIsNone(process.poll())
        with open(config, 'a') as f:
            f.write('          extra: label\n')
        process.send_signal(signal.SIGHUP)
        until(lambda: self.metric('promtail_config_reload_success_total') == 1, what='the reload')
        process.terminate()
        self.assertEqual(process.wait(10), 0, self.log())
        with open(self.root + '/var/lib/swiftail/positions.yaml') as f:
            self.assertIn('/var/log/secret.log', f.read())
        with open(config, 'w') as f:
            f.write(text)


if __name__ == '__main__':
    unittest.main()
