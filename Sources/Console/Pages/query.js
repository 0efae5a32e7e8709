// What the user asked for, and the LogQL that says it.

export const quote = text => JSON.stringify(text);
const escapeRegex = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether the box holds LogQL rather than words to look for. */
export const isLogQL = text => /^\s*(\{|[a-z_]+\s*(by|without)?\s*\(.*\{)/is.test(text);
export const isMetric = text => isLogQL(text) && !/^\s*\{/.test(text);

export class Search {
  text = '';
  /** Label name to chosen values. */
  picked = new Map();
  /** Seconds back from now, or null for `span`. */
  range = 3600;
  /** [from, to] in milliseconds when a span was selected. */
  span = null;

  get selector() {
    const matchers = [...this.picked].filter(([, values]) => values.size).map(([name, values]) => values.size === 1
      ? `${name}=${quote([...values][0])}` : `${name}=~${quote([...values].map(escapeRegex).join('|'))}`);
    return `{${matchers.join(', ')}}`;
  }

  get query() {
    const text = this.text.trim();
    if (isLogQL(text)) return text;
    return this.selector + (text ? ` |= ${quote(text)}` : '');
  }

  /** Words to mark in the lines. */
  get words() {
    if (!isLogQL(this.text)) return this.text.trim() ? [this.text.trim()] : [];
    return [...this.text.matchAll(/\|=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/g)].map(match => {
      try { return match[1][0] === '`' ? match[1].slice(1, -1) : JSON.parse(match[1]); } catch { return ''; }
    }).filter(Boolean);
  }

  /** Adds or removes a value, in the chips or in the text of a LogQL query. */
  toggle(name, value, exclude = false) {
    if (isLogQL(this.text) || exclude) {
      const matcher = `${name}${exclude ? '!=' : '='}${quote(value)}`;
      const query = this.query;
      this.text = query.includes(matcher)
        ? query.replace(matcher, '').replace(/\{\s*,\s*/, '{').replace(/,\s*,/, ',').replace(/,\s*\}/, '}')
        : query.replace(/\{\s*([^}]*?)\s*\}/, (_, inner) => `{${inner ? inner + ', ' : ''}${matcher}}`);
      this.picked.clear();
      return;
    }
    const values = this.picked.get(name) ?? new Set();
    values.has(value) ? values.delete(value) : values.add(value);
    values.size ? this.picked.set(name, values) : this.picked.delete(name);
  }

  has(name, value) {
    return this.picked.get(name)?.has(value) || (isLogQL(this.text) && this.text.includes(`${name}=${quote(value)}`));
  }

  /** [from, to] in milliseconds. */
  bounds() {
    if (this.span) return this.span;
    const now = Date.now();
    return [now - this.range * 1000, now];
  }

  toHash() {
    const hash = new URLSearchParams();
    if (this.text) hash.set('q', this.text);
    for (const [name, values] of this.picked) for (const value of values) hash.append('l', `${name}=${value}`);
    if (this.span) hash.set('span', this.span.join('-')); else if (this.range !== 3600) hash.set('range', this.range);
    return hash.toString();
  }

  fromHash(text) {
    const hash = new URLSearchParams(text);
    this.text = hash.get('q') ?? '';
    this.picked = new Map();
    for (const pair of hash.getAll('l')) {
      const at = pair.indexOf('=');
      if (at > 0) this.toggle(pair.slice(0, at), pair.slice(at + 1));
    }
    this.range = Number(hash.get('range')) || 3600;
    const span = hash.get('span')?.split('-').map(Number);
    this.span = span?.length === 2 && span.every(Number.isFinite) ? span : null;
  }
}
