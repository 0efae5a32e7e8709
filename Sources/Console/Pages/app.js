// Wires the page together: the search says what to ask, the answers go to the picker, the chart and the lines.

import * as api from './api.js';
import { Chart, stepFor } from './chart.js';
import { LabelPicker } from './labels.js';
import { fromName, labelNames } from './levels.js';
import { Lines } from './lines.js';
import { Search, isLogQL, isMetric } from './query.js';
import { showError, showNothing, showStatus } from './notices.js';

const $ = id => document.getElementById(id);
const page = 200;
const whole = new Intl.NumberFormat();
const search = new Search();
const lines = new Lines($('lines'), (name, value, exclude) => {
  search.toggle(name, value, exclude);
  run();
});
const picker = new LabelPicker($('label-list'), search, () => run());
const chart = new Chart($('chart'), $('legend'), (from, to) => {
  search.span = [from, to];
  run();
});

let request = new AbortController();
let stopTail = null;
let labelsSeen = [];
let hasMore = false;
let waiting = [];

/** Asks anew. With `record` the page's address says what is shown. */
async function run({ record = true } = {}) {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  if (record && location.hash.slice(1) !== search.toHash()) history.pushState(null, '', `#${search.toHash()}`);
  document.body.classList.add('loading');
  const [from, to] = search.bounds();
  const [start, end] = [api.nanoseconds(from), api.nanoseconds(to)];
  try {
    labelsSeen = await api.labels(start, end, signal);
    picker.show(labelsSeen);
    showQuery();
    $('error').hidden = true;
    document.body.classList.remove('stale');
    if (!labelsSeen.length && !search.text && !search.picked.size) nothing();
    else if (isMetric(search.text)) await metric(from, to, signal);
    else await logs(from, to, start, end, signal);
  } catch (error) {
    if (error.name === 'AbortError') return;
    showQuery();
    showError($('error'), error.message, search.query);
    $('empty').hidden = true;
    document.body.classList.add('stale');
  }
  document.body.classList.remove('loading');
}

async function logs(from, to, start, end, signal) {
  const step = stepFor(from, to, Math.min(120, Math.max(40, $('chart').clientWidth / 9)));
  const level = labelNames.find(name => labelsSeen.some(label => label.name === name));
  const first = Math.ceil(from / 1000 / step) * step;
  const last = Math.ceil(to / 1000 / step) * step;
  const volume = api.series(`sum ${level ? `by (${level}) ` : ''}(count_over_time(${search.query} [${step}s]))`,
    first, last, step, signal);
  // Where the volume fails (a stage that is not evaluated), the entries fail too, and say why.
  volume.catch(() => {});
  const found = await api.entries(search.query, start, end, page, signal);
  lines.clear();
  lines.tellApart(found);
  lines.append(found, search.words);
  hasMore = found.length === page;
  $('more').hidden = !hasMore;
  found.length ? $('empty').hidden = true : nothing();
  showVolume(await volume, level, from, to, step);
  if (stopTail) follow();
}

function showVolume(series, level, from, to, step) {
  $('volume').hidden = false;
  const counts = new Map();
  let total = 0;
  for (const one of series) {
    const name = level ? fromName(one.metric[level] ?? '') : 'other';
    for (const [time, value] of one.values) {
      const bar = counts.get(time * 1000) ?? {};
      bar[name] = (bar[name] ?? 0) + Number(value);
      total += Number(value);
      counts.set(time * 1000, bar);
    }
  }
  $('count').innerHTML = `${whole.format(total)} ${total === 1 ? 'line' : 'lines'} <small></small>`;
  $('count').querySelector('small').textContent = spanText(from, to);
  total ? chart.bars(counts, from, to, step) : chart.clear();
  $('volume').hidden = !total;
}

async function metric(from, to, signal) {
  follow(false);
  const step = stepFor(from, to, 250);
  const series = await api.series(search.query, Math.floor(from / 1000 / step) * step, Math.ceil(to / 1000), step, signal);
  lines.clear();
  $('more').hidden = true;
  $('volume').hidden = !series.length;
  $('count').innerHTML = `${whole.format(series.length)} series <small></small>`;
  $('count').querySelector('small').textContent = spanText(from, to);
  series.length ? ($('empty').hidden = true, chart.curves(series, from, to, step)) : nothing();
}

function spanText(from, to) {
  if (!search.span) return $('range').selectedOptions[0].textContent.replace('Last', 'in the last');
  const format = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
  return `${new Date(from).toLocaleString(undefined, format)} – ${new Date(to).toLocaleString(undefined, format)}`;
}

function nothing() {
  lines.clear();
  $('more').hidden = true;
  $('volume').hidden = true;
  showNothing($('empty'), {
    isNew: !labelsSeen.length && !search.text && !search.picked.size,
    isFiltered: Boolean(search.text || search.picked.size),
    widen: () => {
      search.span = null;
      const wider = [3600, 21600, 86400, 604800, 2592000].find(range => range > search.range);
      search.range = wider ?? 2592000;
      run();
    },
    reset: () => {
      search.text = '';
      search.picked.clear();
      run();
    },
  });
}

function showQuery() {
  if (document.activeElement !== $('query') || !$('query').value) $('query').value = search.text;
  $('clear').hidden = !search.text;
  $('range').value = search.span ? 'custom' : String(search.range);
  $('range').querySelector('[value=custom]').hidden = !search.span;
  $('unzoom').hidden = !search.span;
  const chips = [...search.picked].flatMap(([name, values]) => [...values].map(value => {
    const chip = document.createElement('button');
    chip.type = 'button';
    chip.className = 'chip';
    chip.setAttribute('aria-label', `Remove ${name} ${value}`);
    const label = document.createElement('span');
    label.textContent = name;
    const cross = document.createElement('s');
    cross.textContent = '×';
    chip.append(label, value, cross);
    chip.onclick = () => {
      search.toggle(name, value);
      run();
    };
    return chip;
  }));
  $('chips').replaceChildren(...chips);
  $('effective').textContent = isLogQL(search.text) || !labelsSeen.length ? ''
    : search.query === '{}' ? 'All streams' : search.query;
}

async function older() {
  if (!hasMore || lines.oldest === undefined) return;
  hasMore = false;
  const [from] = search.bounds();
  try {
    // The last nanosecond is asked for again: other entries may share it.
    const found = await api.entries(search.query, api.nanoseconds(from), String(lines.oldest + 1n), page, request.signal);
    hasMore = lines.append(found, search.words) > 0 && found.length === page;
    $('more').hidden = !hasMore;
  } catch (error) {
    if (error.name !== 'AbortError') showError($('error'), error.message, search.query);
  }
}

function follow(on = true) {
  stopTail?.();
  stopTail = null;
  waiting = [];
  $('fresh').hidden = true;
  if (on) {
    stopTail = api.tail(search.query, entries => {
      waiting.push(...entries);
      scrollY < 200 ? showWaiting() : tellWaiting();
    }, isOpen => $('live').classList.toggle('lost', !isOpen));
  }
  $('live').setAttribute('aria-pressed', String(on));
}

function showWaiting() {
  const added = lines.prepend(waiting.sort((a, b) => (a.time < b.time ? 1 : -1)), search.words);
  waiting = [];
  $('fresh').hidden = true;
  if (added) $('empty').hidden = true;
}

function tellWaiting() {
  $('fresh').hidden = false;
  $('fresh').textContent = `${whole.format(waiting.length)} new ${waiting.length === 1 ? 'line' : 'lines'}`;
  if (waiting.length > 2000) waiting = waiting.slice(-2000);
}

function labelsDrawer(open) {
  $('labels').classList.toggle('shown', open);
  $('open-labels').setAttribute('aria-expanded', String(open));
}

$('search').onsubmit = event => {
  event.preventDefault();
  search.text = $('query').value;
  // A whole query says what it selects; what was picked before would only seem to count.
  if (isLogQL(search.text)) search.picked.clear();
  $('query').blur();
  run();
};
$('query').oninput = () => { $('clear').hidden = !$('query').value; };
$('clear').onclick = () => {
  search.text = $('query').value = '';
  run();
  $('query').focus();
};
$('range').onchange = () => {
  search.span = null;
  search.range = Number($('range').value);
  run();
};
$('unzoom').onclick = () => {
  search.span = null;
  run();
};
$('refresh').onclick = () => run();
$('older').onclick = older;
$('fresh').onclick = () => {
  scrollTo({ top: 0 });
  showWaiting();
};
$('live').onclick = () => {
  const on = !stopTail;
  if (on && search.span) {
    search.span = null;
    stopTail = () => {};
    run();
  } else {
    follow(on);
  }
};
$('open-labels').onclick = () => labelsDrawer(!$('labels').classList.contains('shown'));
$('close-labels').onclick = () => labelsDrawer(false);
new IntersectionObserver(seen => { if (seen[0].isIntersecting) older(); }, { rootMargin: '600px' }).observe($('more'));
addEventListener('scroll', () => { if (scrollY < 200 && waiting.length) showWaiting(); }, { passive: true });
addEventListener('popstate', () => {
  search.fromHash(location.hash.slice(1));
  run({ record: false });
});

const keys = {
  '/': () => { $('query').focus(); $('query').select(); },
  j: () => lines.step(1),
  k: () => lines.step(-1),
  l: () => $('live').click(),
  r: () => run(),
  w: () => $('lines').classList.toggle('wrap'),
  '?': () => $('help').showModal(),
};
addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    labelsDrawer(false);
    document.activeElement?.blur();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) return;
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

async function watchStatus() {
  try {
    showStatus($('status'), await api.status(), () => $('help').showModal());
  } catch {
    showStatus($('status'), null, () => $('help').showModal());
  }
  setTimeout(watchStatus, document.hidden ? 15000 : 3000);
}

if (innerWidth < 860) $('query').placeholder = 'Search text or LogQL';
search.fromHash(location.hash.slice(1));
run({ record: false });
watchStatus();
