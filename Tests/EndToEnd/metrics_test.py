"""docs/metrics.md against the page: what is on it is explained, and what is explained is on it or needs something that is not here."""
import os, re, unittest
from agent import ROOT, AgentTest, until

# What appears only after something that this test does not bring about.
ELSEWHERE = re.compile(r'promtail_(docker|journal)_|swiftail_(docker|journal|spool|rejected|discovered|discovery)_|logentry_dropped_lines_by_label|'
                       r'promtail_(dropped|mutated|targets_failed)_|swiftail_unacked|swiftail_oldest')


class Metrics(AgentTest):
    def test_every_family_is_explained_and_every_explained_one_exists(self):
        with open(os.path.join(ROOT, 'docs/metrics.md')) as f:
            tables = f.read().partition('## What Promtail')[0]
        explained = set(re.findall(r'`((?:[a-z]+_)+[a-z]+)`', '\n'.join(l.split('|')[1] for l in tables.splitlines() if l.startswith('| `'))))
        out = self.sink()
        self.write('a.log', 'one\nnoise\n')
        self.config([self.client(out)], stages='[{drop: {expression: noise}}]')
        self.start()
        until(lambda: self.lines(out) == ['one'])
        self.get('/ready')
        page = self.get('/metrics')
        there = set(re.findall(r'^# TYPE (\S+)', page, re.M))
        self.assertEqual(there - explained - {n for n in there if n.startswith('swiftail_spool')}, set(), 'not in docs/metrics.md')
        self.assertEqual({n for n in explained - there if not ELSEWHERE.match(n)}, set(), 'not on the page')


if __name__ == '__main__':
    unittest.main()
