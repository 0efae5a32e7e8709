#!/usr/bin/env python3
"""Starts `swiftail up` on a few lines and drives its console in headless Chromium.

  run.py --binary PATH [--artifacts FOLDER]
"""
import argparse, json, os, re, subprocess, sys, tempfile, time, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))


def stored(url):
    query = urllib.parse.urlencode({'query': 'sum(count_over_time({job="files"}[1h]))'})
    with urllib.request.urlopen('%s/loki/api/v1/query?%s' % (url, query)) as answer:
        result = json.load(answer)['data']['result']
    return int(result[0]['value'][1]) if result else 0


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('--binary', required=True)
    p.add_argument('--artifacts', default='artifacts')
    a = p.parse_args()
    with tempfile.TemporaryDirectory(prefix='swiftail-browser') as folder:
        with open(os.path.join(folder, 'app.log'), 'w') as f:
            f.writelines('level=%s msg="order %d accepted" took=%dms\n' % (('info', 'warn', 'error')[n % 3], n, n % 90) for n in range(300))
        agent = subprocess.Popen([a.binary, 'up', '--no-tty', '--listen', '127.0.0.1:0', '--data-dir', os.path.join(folder, 'state'),
                                  os.path.join(folder, '*.log')], stdout=subprocess.PIPE, text=True)
        try:
            url = re.search(r'http://\S+?(?=/)', agent.stdout.readline()).group(0)
            # What the test pushes has to be newer than what the files hold.
            end = time.time() + 30
            while stored(url) < 300:
                if time.time() > end:
                    sys.exit('the lines of the file are not in the store after 30 s')
                time.sleep(0.05)
            # A browser on a busy machine may take longer than the test waits: what fails is tried once more, and said.
            for attempt in range(2):
                done = subprocess.run([sys.executable, os.path.join(HERE, 'console_test.py'), url, '--artifacts', a.artifacts])
                if done.returncode == 0:
                    break
                print('the console test failed%s' % ('; once more' if attempt == 0 else ''), flush=True)
        finally:
            agent.terminate()
            agent.wait(20)
    sys.exit(done.returncode or agent.returncode)


if __name__ == '__main__':
    main()
