#!/usr/bin/env python3
"""Drives the console in headless Chromium against a running swiftail.

  console_test.py http://127.0.0.1:3100 [--artifacts artifacts] [--browser PATH]

Pushes its own lines (label job="console-test"), looks at the pages as a user would, and saves screenshots.
Exits 1 with the first expectation that does not hold. Needs Python 3.9 and Chromium, nothing else.
"""

import argparse
import json
import os
import sys
import time
import urllib.request

from devtools import Browser

JOB = f"console-test-{int(time.time())}"
TEXTS = "[...document.querySelectorAll('.entry .text')].map(one => one.textContent)"


def push(url, level, lines):
    body = json.dumps({"streams": [{"stream": {"job": JOB, "level": level},
                                    "values": [[str(at), line] for at, line in lines]}]}).encode()
    request = urllib.request.Request(f"{url}/loki/api/v1/push", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        assert response.status == 204, response.status


def expect(condition, what):
    if not condition:
        raise AssertionError(what)
    print(f"ok   {what}")


def value(label, text):
    return f"document.querySelector('.value[data-label=\"{label}\"][data-value=\"{text}\"]')"


def settled(browser):
    browser.wait("!document.body.classList.contains('loading') && document.querySelector('.status b, .status .ok, .status .bad') !== null",
                 "the page to settle")


def shown_lines(browser, url, now):
    browser.open(f"{url}/")
    browser.wait(value("job", JOB) + " !== null", "the label picker")
    settled(browser)
    expect(browser.run("document.title") == "Swiftail", "the page has its title")
    # With the text of a label in its group, a click narrows to it.
    browser.run(value("job", JOB) + ".click()")
    # Before the click the page shows lines of all streams, among which may be others than this test's.
    browser.wait(f"{TEXTS}.length === 200 && {TEXTS}.every(text => /says hello|went wrong/.test(text))"
                 " && document.querySelector('.chip') !== null", "the lines of the job")
    texts = browser.run(TEXTS)
    expect(texts[0] == "line number 259 says hello", "the newest line is first")
    browser.wait("document.querySelector('#count').textContent.startsWith('264 lines')", "the count of the job")
    expect(True, "the count is over the whole span")
    expect(browser.run("document.querySelector('#effective').textContent") == f'{{job="{JOB}"}}', "the selector is shown")
    expect(browser.run("document.querySelectorAll('#chart .column').length") >= 3, "the histogram has bars")
    total = browser.run("[...document.querySelectorAll('#chart .column')].reduce((sum, one) => sum + Number(one.dataset.total), 0)")
    expect(total == 264, "the bars add up to the count")
    expect(browser.run("document.querySelectorAll('.entry.level-error').length") == 4, "errors have their colour")
    browser.run("document.querySelector('#more').scrollIntoView()")
    browser.wait(f"{TEXTS}.length === 264", "older lines when the end comes near")
    expect(True, "scrolling down loads older lines")


def search(browser, url):
    browser.run("scrollTo(0, 0)")
    browser.key("/", "Slash")
    expect(browser.run("document.activeElement.id") == "query", "/ goes to the search")
    browser.type("went wrong")
    browser.key("Enter")
    browser.wait(f"{TEXTS}.length === 4", "four lines")
    expect(browser.run("document.querySelectorAll('.entry mark').length") == 4, "found words are marked")
    expect(all("went wrong" in text for text in browser.run(TEXTS)), "plain text filters lines")
    expect("q=went+wrong" in browser.run("location.hash"), "the address says what is shown")
    browser.run("history.back()")
    browser.wait(f"{TEXTS}.length === 200", "the search before")
    expect(True, "back goes to the search before")


def query(browser, text):
    browser.run(f"document.querySelector('#query').value = {json.dumps(text)}; document.querySelector('#search').requestSubmit()")


def logql(browser, artifacts):
    query(browser, f'{{job="{JOB}", level="error"}} != "2"')
    browser.wait(f"{TEXTS}.length === 3", "three lines")
    expect(True, "LogQL is understood")
    query(browser, f'{{job="{JOB}" |= "x"')
    browser.wait("!document.querySelector('#error').hidden", "an error")
    shown = browser.run("document.querySelector('#error').textContent")
    expect(f"Column {len(JOB) + 9}" in shown and "^" in shown, "an error in LogQL is shown where it is")
    browser.screenshot(os.path.join(artifacts, "console-error.png"))
    query(browser, f'sum by (level) (count_over_time({{job="{JOB}"}}[1m]))')
    browser.wait("document.querySelectorAll('#chart .curve').length === 2", "two curves")
    expect(browser.run("document.querySelector('#error').hidden"), "the error goes away")
    browser.screenshot(os.path.join(artifacts, "console-metric.png"))
    query(browser, "nothing has this text")
    browser.wait("!document.querySelector('#empty').hidden", "the empty state")
    expect("No lines match" in browser.run("document.querySelector('#empty').textContent"), "no result says so")
    browser.screenshot(os.path.join(artifacts, "console-empty.png"))


def detail(browser, url, artifacts):
    browser.open(f"{url}/#l=job%3D{JOB}")
    browser.wait(f"{TEXTS}.length === 200", "the lines")
    settled(browser)
    browser.key("j")
    browser.key("Enter")
    browser.wait("document.querySelector('.entry.open .detail') !== null", "the detail")
    text = browser.run("document.querySelector('.detail').textContent")
    expect(JOB in text and "Copy line" in text, "Enter opens a line with its labels")
    expect(browser.run("document.querySelector('.entry.open .row').getAttribute('aria-expanded')") == "true", "and says so to screen readers")
    browser.screenshot(os.path.join(artifacts, "console-detail.png"))
    browser.run("document.querySelector('.acts button[aria-label^=\"Without level\"]').click()")
    browser.wait(f"{TEXTS}.length === 4", "the lines without that level")
    expect(True, "a label in the detail excludes its value")


def zoom(browser, url):
    browser.open(f"{url}/#l=job%3D{JOB}")
    browser.wait("document.querySelectorAll('#chart .column').length > 2", "the histogram")
    settled(browser)
    box = browser.run("(() => { const a = document.querySelector('#chart').getBoundingClientRect(); return [a.x, a.y, a.width, a.height]; })()")
    browser.drag((box[0] + box[2] * .5, box[1] + 40), (box[0] + box[2] * .97, box[1] + 40))
    browser.wait("location.hash.includes('span=')", "the selected span")
    settled(browser)
    expect(not browser.run("document.querySelector('#unzoom').hidden"), "dragging over the histogram selects a span")
    browser.run("document.querySelector('#unzoom').click()")
    browser.wait("!location.hash.includes('span=')", "the whole span")


def live(browser, url, artifacts):
    # Further down the page new lines wait for the reader to come up.
    settled(browser)
    browser.run("scrollTo(0, 0)")
    browser.run("document.querySelector('#live').click()")
    browser.wait("document.querySelector('#live').getAttribute('aria-pressed') === 'true'", "the live tail")
    # The connection opens in its own time; lines are pushed until one arrives.
    deadline = time.monotonic() + 15
    number = 0
    while time.monotonic() < deadline:
        number += 1
        push(url, "info", [(time.time_ns(), f"pushed meanwhile {number}")])
        if browser.run(f"{TEXTS}[0].startsWith('pushed meanwhile')"):
            break
        time.sleep(0.1)
    expect(browser.run(f"{TEXTS}[0].startsWith('pushed meanwhile')"), "the live tail shows a line pushed meanwhile")
    push(url, "error", [(time.time_ns(), "pushed last of all, and it went wrong")])
    browser.wait(f"{TEXTS}[0].startsWith('pushed last of all')", "the next live line")
    browser.screenshot(os.path.join(artifacts, "console-live.png"))
    browser.run("document.querySelector('#live').click()")


def screenshots(browser, url, artifacts):
    for name, (width, height, phone) in {"desktop": (1440, 900, False), "phone": (390, 844, True)}.items():
        for dark in (False, True):
            browser.look(width, height, dark=dark, phone=phone)
            browser.open(f"{url}/")
            browser.wait("document.querySelectorAll('.entry').length > 0", "lines")
            settled(browser)
            browser.screenshot(os.path.join(artifacts, f"console-{name}-{'dark' if dark else 'light'}.png"))
            wide = browser.run("document.documentElement.scrollWidth <= innerWidth")
            expect(wide, f"nothing sticks out sideways on a {name}")
    browser.run("document.querySelector('#open-labels').click()")
    browser.wait("getComputedStyle(document.querySelector('#labels')).visibility === 'visible'", "the drawer of labels")
    time.sleep(0.3)
    browser.screenshot(os.path.join(artifacts, "console-phone-labels.png"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--artifacts", default="artifacts")
    parser.add_argument("--browser")
    options = parser.parse_args()
    url = options.url.rstrip("/")
    os.makedirs(options.artifacts, exist_ok=True)

    now = time.time_ns()
    second = 1_000_000_000
    push(url, "info", [(now - (260 - i) * 10 * second, f"line number {i} says hello") for i in range(260)])
    push(url, "error", [(now - (100 + i * 300) * second, f"request {i} went wrong") for i in range(4)])

    with Browser(options.browser) as browser:
        browser.look(1440, 900)
        shown_lines(browser, url, now)
        search(browser, url)
        logql(browser, options.artifacts)
        detail(browser, url, options.artifacts)
        zoom(browser, url)
        live(browser, url, options.artifacts)
        screenshots(browser, url, options.artifacts)
        # The query that does not parse is asked on purpose.
        errors = [error for error in browser.errors if "400 (Bad Request)" not in error]
        expect(not errors, f"no errors in the browser's console {errors or ''}")
    print(f"all expectations hold; screenshots are in {options.artifacts}")


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, TimeoutError) as failure:
        print(f"FAIL {failure}", file=sys.stderr)
        sys.exit(1)
