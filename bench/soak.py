#!/usr/bin/env python3
"""Random faults for a long time; every line is accounted for.

  soak.py --binary PATH [--minutes N] [--seed N]

Files are written, rotated (renamed, gzipped, copied and emptied), the endpoint fails in all its ways, the agent is stopped, killed
and reloaded, in an order that follows from the seed, which is printed. Exit status 1 when a line is lost or damaged, or when an
endpoint that drops exact copies would keep one.
"""
import argparse, gzip, os, random, shutil, signal, sys, time
import yaml
from reliability import World


def compress(writer):
    """The newest rotated file is compressed, as logrotate's compress does: the times stay."""
    folder = os.path.dirname(writer.path)
    names = [n for n in os.listdir(folder) if n != '0.log' and not n.endswith('.gz')]
    if not names:
        return
    path = max((os.path.join(folder, n) for n in names), key=os.path.getmtime)
    times = os.stat(path)
    with open(path, 'rb') as f, gzip.open(path + '.gz.part', 'wb') as out:
        shutil.copyfileobj(f, out)
    os.utime(path + '.gz.part', ns=(times.st_atime_ns, times.st_mtime_ns))
    os.rename(path + '.gz.part', path + '.gz')
    os.unlink(path)


def copytruncate(writer):
    """As logrotate does with a number that counts up, so that no copy is written over while its lines wait."""
    with writer.lock:
        number = 1 + sum(n.startswith('0.log.') for n in os.listdir(os.path.dirname(writer.path)))
        shutil.copyfile(writer.path, '%s.%d' % (writer.path, number))
        os.ftruncate(writer.fd, 0)


def reload(w, dice):
    """Another client, another pipeline or another job, in the places of those that were."""
    path = os.path.join(w.agent.dir, 'config.yaml')
    with open(path) as f:
        config = yaml.safe_load(f)
    what = dice.randrange(3)
    if what == 0:
        config['clients'][0]['batchwait'] = '%dms' % dice.randint(200, 1500)
    elif what == 1:
        config['scrape_configs'][0]['pipeline_stages'] = [{'drop': {'expression': 'never in a line %d' % dice.randint(0, 9)}}]
    else:
        config['scrape_configs'][1:] = [{'job_name': 'other %d' % dice.randint(0, 9), 'static_configs': [{'labels': {'__path__': '/nowhere'}}]}]
    with open(path, 'w') as f:
        yaml.safe_dump(config, f, sort_keys=False)
    w.agent.proc.send_signal(signal.SIGHUP)


def faults(w, dice, end):
    counts = {}
    while time.time() < end:
        time.sleep(dice.uniform(0.3, 3))
        what = dice.choice(['rotate', 'rotate', 'compress', 'copytruncate', 'outage', 'kill', 'stop', 'reload', 'ok', 'ok'])
        counts[what] = counts.get(what, 0) + 1
        if what == 'rotate':
            dice.choice(w.writers).rotate()
        elif what == 'compress':
            compress(dice.choice(w.writers))
        elif what == 'copytruncate':
            copytruncate(dice.choice(w.writers))
        elif what == 'outage':
            w.sink.set(dice.choice(['500', 'refused', 'hang']))
        elif what == 'ok':
            w.sink.set('ok')
        elif what == 'kill':
            w.agent.stop(signal.SIGKILL); w.agent.start()
        elif what == 'stop':
            w.agent.stop()
            time.sleep(dice.uniform(0, 2))
            if dice.random() < 0.5:
                dice.choice(w.writers).rotate()
            w.agent.start()
        elif what == 'reload' and w.agent.alive():
            reload(w, dice)
    w.sink.set('ok')
    return counts


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('--binary', required=True)
    p.add_argument('--minutes', type=float, default=30)
    p.add_argument('--seed', type=int, default=int(time.time()))
    a = p.parse_args()
    a.adapter = 'promtail'
    print('seed %d, %g minutes' % (a.seed, a.minutes), flush=True)
    w = World(a, 4, 300, positions_sync='1s').go()
    try:
        counts = faults(w, random.Random(a.seed), time.time() + a.minutes * 60)
        if not w.agent.alive():
            w.agent.start()
        w.settle()
        r = w.result()
    finally:
        w.close()
    print(', '.join('%s %d' % c for c in sorted(counts.items())))
    print('written %(written)d, delivered %(delivered)d, lost %(lost)d, repeated %(duplicates)d, copies kept %(copies_kept)d, '
          'damaged %(damaged)d' % r)
    for key in ('lost_ranges', 'errors'):
        if r[key]:
            print(key.replace('_', ' ') + ': ' + '; '.join(r[key]))
    sys.exit(1 if r['lost'] or r['damaged'] or r['copies_kept'] else 0)


if __name__ == '__main__':
    main()
