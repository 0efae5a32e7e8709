"""Directories that come, go and are others than before: the real binary, real directories. Each test is named after what happens."""
import os, unittest
from agent import AgentTest, until


class Directories(AgentTest):
    def begin(self, pattern):
        self.out = self.sink()
        self.config([self.client(self.out)], path=self.path(pattern))

    def put(self, name, line):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        self.write(name, line + '\n')

    def arrives(self, *lines):
        until(lambda: set(lines) <= set(self.lines(self.out)), 15, '%s (came: %s)' % (lines, self.lines(self.out)))

    def test_a_directory_is_moved_away_and_another_takes_its_place(self):
        self.begin('pods/*/*.log')
        self.put('pods/a/0.log', 'old')
        self.start()
        self.arrives('old')
        os.rename(self.path('pods/a'), self.path('gone'))
        self.put('pods/a/0.log', 'new')
        self.arrives('new')
        # Found through the watch of the new directory, or its time.
        for n in range(3):
            self.put('pods/a/%d.log' % (n + 1), 'later %d' % n)
            self.arrives('later %d' % n)

    def test_the_folder_of_all_directories_is_replaced(self):
        self.begin('pods/*/*.log')
        self.put('pods/a/0.log', 'old')
        self.start()
        self.arrives('old')
        os.rename(self.path('pods'), self.path('gone'))
        self.put('pods/b/0.log', 'new')
        self.arrives('new')
        self.put('pods/c/0.log', 'later')
        self.put('pods/b/1.log', 'too')
        self.arrives('later', 'too')

    def test_a_directory_has_two_paths(self):
        self.begin('{pods,also}/*.log')
        self.put('pods/0.log', 'first')
        os.symlink(self.path('pods'), self.path('also'))
        self.start()
        self.arrives('first')
        for n in range(3):
            self.put('pods/%d.log' % (n + 1), 'line %d' % n)
            until(lambda: self.lines(self.out).count('line %d' % n) == 2, 15, 'line %d by both paths' % n)

    def test_a_link_is_made_to_point_elsewhere(self):
        self.begin('pods/*.log')
        self.put('elsewhere/1', 'one')
        self.put('elsewhere/2', 'two')
        os.makedirs(self.path('pods'))
        os.symlink(self.path('elsewhere/1'), self.path('pods/a.log'))
        self.start()
        self.arrives('one')
        os.symlink(self.path('elsewhere/2'), self.path('new'))
        os.rename(self.path('new'), self.path('pods/a.log'))
        self.arrives('two')
        # Nothing happens in the link's own directory.
        os.rename(self.path('elsewhere/2'), self.path('elsewhere/3'))
        self.put('elsewhere/2', 'three')
        self.arrives('three')


if __name__ == '__main__':
    unittest.main()
