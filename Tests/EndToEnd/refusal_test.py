"""What is wrong is said once, clearly, with the right exit status."""
import os, re, socket, subprocess, unittest
from agent import BINARY, AgentTest


class Refusal(AgentTest):
    def run_with(self, text=None, *args):
        if text is not None:
            self.write('c.yaml', text, 'wb')
            args = ('-config.file=' + self.path('c.yaml'),) + args
        p = subprocess.run([BINARY, *args], cwd=self.dir, capture_output=True, text=True, timeout=20)
        return p.returncode, p.stderr

    BASE = 'clients: [{url: "http://127.0.0.1:1/push"}]\nserver: {disable: true}\n'

    def refuse(self, text, *mentions, status=1):
        code, err = self.run_with(self.BASE + text)
        self.assertEqual(code, status, err)
        for m in mentions:
            self.assertIn(m, err)

    def test_unknown_keys_name_line_and_nearest_key(self):
        self.refuse('scrape_config: []\n', 'c.yaml:3:', 'scrape_config', 'scrape_configs')
        self.refuse('scrape_configs: [{job_name: x, static_configs: [{label: {}}]}]\n', ':3:', 'label', 'labels')

    def test_bad_yaml_wrong_types_and_duplicates_name_their_place(self):
        self.refuse('scrape_configs: [\n', 'c.yaml:')
        self.refuse('positions: {sync_period: soon}\n', ':3:', 'sync_period', 'soon')
        self.refuse('positions: {}\npositions: {}\n', 'c.yaml:', 'positions', 'more than once')

    def test_a_bad_regular_expression_and_an_unknown_stage_are_named(self):
        job = 'scrape_configs:\n- job_name: x\n  static_configs: [{labels: {__path__: /x}}]\n  pipeline_stages:\n  - %s\n'
        self.refuse(job % "regex: {expression: '('}", ':7:', 'regex')
        self.refuse(job % 'regexp: {expression: x}', ':7:', 'regexp', '"regex"')

    def test_what_is_not_in_this_version_is_refused_by_name(self):
        self.refuse('scrape_configs: [{job_name: x, gelf: {}}]\n', 'gelf', 'not in this version')
        self.refuse('scrape_configs: [{job_name: x, kubernetes_sd_configs: [{role: pods}]}]\n', 'scrape_configs[0].kubernetes_sd_configs[0].role', '"pod"')

    def test_a_missing_file_and_no_client(self):
        code, err = self.run_with(None, '-config.file=/no/such.yaml')
        self.assertEqual(code, 1)
        self.assertIn('/no/such.yaml', err)
        code, err = self.run_with('server: {disable: true}\n')
        self.assertEqual(code, 1)
        self.assertIn('no client', err)

    def test_a_wrong_flag_ends_with_2(self):
        code, err = self.run_with(None, '-config.fil=x')
        self.assertEqual(code, 2)
        self.assertIn('config.file', err)

    def test_a_port_in_use(self):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            s.listen()
            code, err = self.run_with(
                'clients: [{url: "http://127.0.0.1:1/push"}]\npositions: {filename: %s}\n'
                'server: {http_listen_address: 127.0.0.1, http_listen_port: %d}\n' % (self.path('p.yaml'), s.getsockname()[1]))
        self.assertEqual(code, 1)
        self.assertIn('in use', err)


class Binary(unittest.TestCase):
    def test_it_needs_nothing_but_glibc(self):
        out = subprocess.run(['ldd', BINARY], capture_output=True, text=True, check=True).stdout
        needed = set(re.findall(r'(?m)^\s*(\S+\.so\S*)', out)) | {os.path.basename(p) for p in re.findall(r'(/\S+\.so\S*)', out)}
        needed = {os.path.basename(n).split('.so')[0] for n in needed}
        self.assertLessEqual(needed, {'linux-vdso', 'libc', 'libm', 'libdl', 'libpthread', 'ld-linux-x86-64', 'ld-linux-aarch64'})


if __name__ == '__main__':
    unittest.main()
