// The list of log lines: newest first, each one opens to its details.

import { levelOf } from './levels.js';
import { paint } from './paint.js';

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const sheets = '<svg viewBox="0 0 16 16" aria-hidden="true"><rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 3.5v-.5a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h.5"/></svg>';
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const date = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const sources = ['app', 'job', 'service_name', 'container', 'service', 'unit', 'filename', 'host'];
const milliseconds = time => Number(time / 1000000n);
const fraction = time => String(time % 1000000000n).padStart(9, '0');
const dayOf = time => new Date(milliseconds(time)).toDateString();
const exact = time => new Date(milliseconds(time)).toISOString().replace(/\.\d+Z$/, `.${fraction(time)}Z`);

export class Lines {
  /** `onFilter(name, value, exclude)` is called from a line's details. */
  constructor(list, onFilter) {
    this.list = list;
    this.onFilter = onFilter;
    this.clear();
    list.addEventListener('click', event => {
      const row = event.target.closest('.row');
      if (row && !String(getSelection()).trim()) this.toggle(row.parentElement);
    });
  }

  /** Shows beside each line the label that best tells these entries apart, if one does. */
  tellApart(entries) {
    this.source = sources.find(name => new Set(entries.map(entry => entry.labels[name])).size > 1) ?? null;
    this.list.classList.toggle('with-source', Boolean(this.source));
  }

  clear() {
    this.entries = [];
    this.keys = new Set();
    this.list.replaceChildren();
  }

  get oldest() { return this.entries.at(-1)?.time; }

  #key(entry) { return `${entry.time} ${JSON.stringify(entry.labels)} ${JSON.stringify(entry.metadata)} ${entry.line}`; }

  #unknown(entries) {
    return entries.filter(entry => {
      const key = this.#key(entry);
      return !this.keys.has(key) && this.keys.add(key);
    });
  }

  /** Adds older entries below; returns how many were new. */
  append(entries, words) {
    const added = this.#unknown(entries);
    const part = document.createDocumentFragment();
    let day = this.entries.length ? dayOf(this.oldest) : null;
    for (const entry of added) {
      if (dayOf(entry.time) !== day) {
        day = dayOf(entry.time);
        part.append(this.#day(entry));
      }
      part.append(this.#item(entry, words));
    }
    this.entries.push(...added);
    this.list.append(part);
    return added.length;
  }

  /** Adds newer entries above, and lets go of the oldest ones past `most`. */
  prepend(entries, words, most = 2000) {
    const added = this.#unknown(entries);
    if (!added.length) return 0;
    const part = document.createDocumentFragment();
    let day = null;
    for (const entry of added) {
      if (dayOf(entry.time) !== day) {
        day = dayOf(entry.time);
        part.append(this.#day(entry));
      }
      const item = this.#item(entry, words);
      item.classList.add('fresh-in');
      part.append(item);
    }
    if (this.entries.length && dayOf(this.entries[0].time) === day) this.list.querySelector('.day')?.remove();
    this.entries.unshift(...added);
    this.list.prepend(part);
    while (this.entries.length > most) {
      this.keys.delete(this.#key(this.entries.pop()));
      const last = this.list.lastElementChild;
      last.remove();
      if (last.className === 'day') this.list.lastElementChild.remove();
    }
    return added.length;
  }

  #day(entry) { return element('li', 'day', date.format(new Date(milliseconds(entry.time)))); }

  #item(entry, words) {
    const { level, word } = levelOf(entry);
    const item = element('li', `entry level-${level}`);
    item.entry = entry;
    const row = element('button', 'row');
    row.type = 'button';
    row.setAttribute('aria-expanded', 'false');
    const time = element('time', '', `${clock.format(new Date(milliseconds(entry.time)))}.${fraction(entry.time).slice(0, 3)}`);
    time.dateTime = exact(entry.time);
    const source = element('span', 'source', this.source ? entry.labels[this.source] ?? '' : '');
    const text = element('span', 'text');
    paint(text, entry.line, words, word);
    row.append(time, source, text);
    item.append(row);
    return item;
  }

  toggle(item) {
    const row = item.querySelector('.row');
    const open = item.classList.toggle('open');
    row.setAttribute('aria-expanded', String(open));
    if (open) item.append(this.#detail(item.entry)); else item.querySelector('.detail')?.remove();
  }

  #detail(entry) {
    const detail = element('div', 'detail');
    detail.append(element('pre', '', pretty(entry.line)));
    const fields = element('dl', 'fields');
    const section = (title, pairs, filterable) => {
      if (!pairs.length) return;
      fields.append(element('h3', '', title));
      for (const [name, value] of pairs) {
        const acts = element('div', 'acts');
        if (filterable) {
          acts.append(this.#act('+', `Only ${name} ${value}`, () => this.onFilter(name, value, false)),
            this.#act('−', `Without ${name} ${value}`, () => this.onFilter(name, value, true)));
        }
        acts.append(this.#act(null, `Copy ${name}`, button => copy(value, button)));
        fields.append(element('dt', '', name), element('dd', '', value), acts);
      }
    };
    section('Labels', Object.entries(entry.labels), true);
    section('Structured metadata', Object.entries(entry.metadata), false);
    section('Time', [['local', new Date(milliseconds(entry.time)).toLocaleString()], ['exact', exact(entry.time)]], false);
    const copies = element('div', 'copies');
    for (const [title, text] of [['Copy line', entry.line], ['Copy as JSON', JSON.stringify(
      { time: exact(entry.time), labels: entry.labels, metadata: entry.metadata, line: entry.line }, null, 2)]]) {
      const button = element('button', 'tool', title);
      button.type = 'button';
      button.onclick = () => copy(text, button);
      copies.append(button);
    }
    detail.append(fields, copies);
    return detail;
  }

  #act(sign, title, run) {
    const button = element('button', '', sign ?? '');
    if (!sign) button.innerHTML = sheets;
    button.type = 'button';
    button.title = title;
    button.setAttribute('aria-label', title);
    button.onclick = () => run(button);
    return button;
  }

  /** Moves the focus by so many lines. */
  step(by) {
    const rows = [...this.list.querySelectorAll('.row')];
    const at = rows.indexOf(document.activeElement?.closest?.('.entry')?.querySelector('.row'));
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  }
}

function pretty(line) {
  if (!/^\s*[{[]/.test(line)) return line;
  try { return JSON.stringify(JSON.parse(line), null, 2); } catch { return line; }
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure context there is no clipboard; a selection can still be copied.
    const area = element('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  const before = [...button.childNodes];
  button.replaceChildren(button.textContent ? 'Copied' : '✓');
  setTimeout(() => button.replaceChildren(...before), 1200);
}
