"""Journals for tests: files that systemd-journal-remote writes, a systemd-journald of the test's own, and what journalctl
reads of them."""
import os, signal, socket, struct, subprocess, time
from agent import until

REMOTE = '/lib/systemd/systemd-journal-remote'
JOURNALD = '/lib/systemd/systemd-journald'
BOOT = '%032x' % 7


def field(name, value):
    """A field in export format; binary where the text form cannot hold it."""
    value = value if isinstance(value, bytes) else str(value).encode()
    plain = b'\n' not in value and all(b >= 32 or b == 9 for b in value)
    return name.encode() + (b'=' + value if plain else b'\n' + struct.pack('<Q', len(value)) + value) + b'\n'


def exported(entries, first=None, step=1000):
    """Entries, each a list of (name, value) or a dict, a step of microseconds apart, the last of them just now."""
    first = first or time.time_ns() // 1000 - len(entries) * step
    out = []
    for n, entry in enumerate(entries):
        out.append(b'__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n'
                   % (first + n * step, (first + n * step) % 10**12, BOOT.encode()))
        out += [field(k, v) for k, v in (entry.items() if isinstance(entry, dict) else entry)]
        out.append(b'\n')
    return b''.join(out)


def write(path, entries, **more):
    """Adds entries to a journal file."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    subprocess.run([REMOTE, '-o', path, '-'], input=exported(entries, **more), check=True, capture_output=True)


def shown(folder, *matches):
    """What journalctl reads in a folder: (time in ns, [(name, value)]), in its order."""
    data = subprocess.run(['journalctl', '-D', folder, '--all', '--merge', '-o', 'export', '--no-pager', *matches],
                          check=True, capture_output=True).stdout
    entries, fields, i = [], [], 0
    while i < len(data):
        end = data.index(b'\n', i)
        line, i = data[i:end], end + 1
        if not line:
            entries.append(fields)
            fields = []
        elif b'=' in line:
            fields.append(tuple(line.split(b'=', 1)))
        else:
            size = struct.unpack_from('<Q', data, i)[0]
            fields.append((line, data[i + 8:i + 8 + size]))
            i += 8 + size + 1
    if fields:
        entries.append(fields)
    return [(int(dict(e)[b'__REALTIME_TIMESTAMP']) * 1000, [f for f in e if not f[0].startswith(b'__')]) for e in entries]


def messages(folder, *matches):
    """Times and messages of what has a message; of several messages of an entry the first."""
    found = []
    for time_, fields in shown(folder, *matches):
        lines = [v for k, v in fields if k == b'MESSAGE']
        if lines:
            found.append((time_, lines[0].decode('utf-8', 'backslashreplace')))
    return found


class Journald:
    """A systemd-journald with a /run of its own, in a mount namespace. Wants root."""
    def __init__(self, folder):
        self.run = os.path.join(folder, 'run')
        os.makedirs(self.run)
        script = 'mount --bind "$0" /run && mkdir -p /run/systemd/journal /run/log && exec ' + JOURNALD
        self.process = subprocess.Popen(['unshare', '-m', 'sh', '-c', script, self.run], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = os.path.join(self.run, 'systemd/journal/socket')
        until(lambda: os.path.exists(self.socket) and self.files(), what='journald')
        self.folder = os.path.dirname(self.files()[0])

    def files(self):
        root = os.path.join(self.run, 'log/journal')
        return sorted(os.path.join(d, n) for d, _, names in os.walk(root) for n in names)

    def send(self, entries):
        """In journald's native protocol."""
        # The path of a socket is short; the directory may not be.
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        directory = os.open(os.path.dirname(self.socket), os.O_PATH)
        try:
            s.connect('/proc/self/fd/%d/socket' % directory)
            for entry in entries:
                s.send(b''.join(field(k, v) for k, v in entry.items()))
        finally:
            os.close(directory)
            s.close()

    def rotate(self):
        before = len(self.files())
        self.process.send_signal(signal.SIGUSR2)
        until(lambda: len(self.files()) > before, what='the rotation')

    def inside(self, *command):
        """A command in the same namespace."""
        return ['nsenter', '-m', '-t', str(self.process.pid), '--', *command]

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
