// Bars of volume and curves of metric queries, drawn as SVG.

import { order, titles } from './levels.js';

const space = 'http://www.w3.org/2000/svg';
const draw = (tag, attributes, text) => {
  const made = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
};
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat();

/** Seconds per bar, so that about `bars` fill the span. */
export const stepFor = (from, to, bars) => steps.find(step => (to - from) / 1000 / step <= bars) ?? steps.at(-1);

const stamp = (time, from, to) => new Date(time).toLocaleString(undefined, to - from > 86400e3 * 2
  ? { day: 'numeric', month: 'short' } : to - from > 600e3
    ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } : { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** Half of it is still a whole number: there is no half line. */
const evenTop = value => (value <= 10 ? Math.max(2, Math.ceil(value / 2) * 2) : niceTop(value));

function niceTop(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 5, 6, 8, 10].map(factor => factor * power).find(top => top >= value);
}

export class Chart {
  /** `onZoom(from, to)` gets the milliseconds a user dragged over. */
  constructor(root, legend, onZoom) {
    this.root = root;
    this.legend = legend;
    this.onZoom = onZoom;
    this.redraw = () => {};
    new ResizeObserver(() => this.redraw()).observe(root);
    this.#drags();
  }

  clear() {
    this.redraw = () => {};
    this.root.replaceChildren();
    this.legend.replaceChildren();
  }

  #frame(from, to, top) {
    const { width, height } = this.root.getBoundingClientRect();
    const svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' });
    const place = { left: 0, right: width - 44, top: 8, bottom: height - 22 };
    const x = time => place.left + (time - from) / (to - from) * (place.right - place.left);
    const y = value => place.bottom - value / top * (place.bottom - place.top);
    for (const share of height > 200 ? [0, .25, .5, .75, 1] : [0, .5, 1]) {
      const at = Math.round(y(top * share)) + .5;
      svg.append(draw('line', { class: 'rule', x1: place.left, x2: place.right, y1: at, y2: at }));
      if (share) svg.append(draw('text', { x: width, y: at + 4, 'text-anchor': 'end' }, short.format(top * share)));
    }
    const count = Math.max(2, Math.floor(width / 120));
    const gap = (steps.find(step => (to - from) / 1000 / step <= count) ?? steps.at(-1)) * 1000;
    const shift = new Date(from).getTimezoneOffset() * 60000;
    for (let time = Math.ceil((from - shift) / gap) * gap + shift; time < to; time += gap) {
      if (x(time) < 16 || x(time) > place.right - 16) continue;
      svg.append(draw('text', { x: x(time), y: height - 4, 'text-anchor': 'middle' }, stamp(time, from, to)));
    }
    this.scale = { from, to, place };
    return { svg, x, y, place };
  }

  /** `counts`: milliseconds of a bar's end to counts by level. */
  bars(counts, from, to, step) {
    this.root.classList.remove('tall');
    this.redraw = () => this.#drawBars(counts, from, to, step);
    this.redraw();
    const present = order.filter(level => [...counts.values()].some(one => one[level]));
    this.legend.replaceChildren(...(present.length > 1 || present[0] !== 'other' ? present : []).map(level => {
      const item = document.createElement('li');
      item.innerHTML = `<i class="dot level-${level}"></i>`;
      item.append(titles[level]);
      return item;
    }));
  }

  #drawBars(counts, from, to, step) {
    const total = one => order.reduce((sum, level) => sum + (one[level] ?? 0), 0);
    const most = Math.max(0, ...[...counts.values()].map(total));
    const { svg, x, y, place } = this.#frame(from, to, evenTop(most));
    svg.setAttribute('aria-label', `Lines over time, at most ${whole.format(most)} in ${step} seconds`);
    for (const [end, one] of counts) {
      const left = Math.max(place.left, x(end - step * 1000));
      const right = Math.min(place.right, x(end));
      const width = Math.max(1, right - left - (right - left > 4 ? 1.5 : .5));
      if (right <= left) continue;
      const group = draw('g', { class: 'column', 'data-total': total(one) });
      let floor = 0;
      for (const level of order) {
        if (!one[level]) continue;
        const tip = y(floor + one[level]);
        group.append(draw('rect', {
          class: `fill level-${level}`, x: left, width, y: tip, height: Math.max(.8, y(floor) - tip), rx: width > 5 ? 1.5 : 0,
        }));
        floor += one[level];
      }
      group.append(draw('rect', { class: 'hover', x: left, width: right - left, y: place.top, height: place.bottom - place.top }));
      group.addEventListener('pointerenter', () => this.#tip((left + right) / 2,
        [[`${stamp(end - step * 1000, 0, 1e6)} – ${stamp(end, 0, 1e6)}`],
          ...order.filter(level => one[level]).map(level => [titles[level], whole.format(one[level])])]));
      group.addEventListener('pointerleave', () => this.#tip());
      svg.append(group);
    }
    this.root.replaceChildren(svg);
  }

  /** `series` as the API gives them. */
  curves(series, from, to, step) {
    this.root.classList.add('tall');
    const colors = series.map((_, place) => `oklch(${matchMedia('(prefers-color-scheme: dark)').matches ? 72 : 58}% .13 ${(230 + place * 67) % 360})`);
    this.redraw = () => this.#drawCurves(series, from, to, step, colors);
    this.redraw();
    this.legend.replaceChildren(...series.slice(0, 12).map((one, place) => {
      const item = document.createElement('li');
      const dot = document.createElement('i');
      dot.style.background = colors[place];
      item.append(dot, Object.entries(one.metric).map(([name, value]) => `${name}=${value}`).join(', ') || 'value');
      return item;
    }));
  }

  #drawCurves(series, from, to, step, colors) {
    const values = series.flatMap(one => one.values.map(([, value]) => Number(value))).filter(Number.isFinite);
    const { svg, x, y } = this.#frame(from, to, niceTop(Math.max(0, ...values)));
    svg.setAttribute('aria-label', `${series.length} series over time`);
    series.forEach((one, place) => {
      let before = -Infinity;
      const path = one.values.filter(([, value]) => Number.isFinite(Number(value))).map(([time, value]) => {
        // A point that is missing leaves a gap, and one alone a dot.
        const command = time - before > step * 1.5 ? 'M' : 'L';
        before = time;
        const spot = `${x(time * 1000).toFixed(1)},${y(Number(value)).toFixed(1)}`;
        return command === 'M' ? `M${spot}h.1` : `L${spot}`;
      });
      const curve = draw('path', { class: 'curve', d: path.join('') });
      curve.style.stroke = colors[place];
      svg.append(curve);
    });
    this.root.replaceChildren(svg);
  }

  #tip(at, rows) {
    this.root.querySelector('.tip')?.remove();
    if (at === undefined || this.dragging) return;
    const tip = document.createElement('div');
    tip.className = 'tip';
    rows.forEach(([title, value], place) => {
      const row = document.createElement('div');
      const name = document.createElement(place ? 'span' : 'b');
      name.textContent = value === undefined ? title : `${title} ${value}`;
      row.append(name);
      tip.append(row);
    });
    this.root.append(tip);
    const limit = this.root.clientWidth - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(limit, at + 10 > limit ? at - tip.offsetWidth - 10 : at + 10))}px`;
  }

  #drags() {
    const spot = event => event.clientX - this.root.getBoundingClientRect().left;
    let start = null;
    let brush = null;
    this.root.addEventListener('pointerdown', event => {
      if (!this.scale || event.button || event.pointerType === 'touch') return;
      start = spot(event);
      this.root.setPointerCapture(event.pointerId);
    });
    this.root.addEventListener('pointermove', event => {
      if (start === null) return;
      const now = spot(event);
      if (!brush && Math.abs(now - start) < 4) return;
      this.dragging = true;
      this.#tip();
      const { place } = this.scale;
      brush ??= this.root.querySelector('svg').appendChild(draw('rect', { class: 'brush', y: place.top, height: place.bottom - place.top }));
      brush.setAttribute('x', Math.min(start, now));
      brush.setAttribute('width', Math.abs(now - start));
    });
    const end = event => {
      const [from, to] = [Math.min(start, spot(event)), Math.max(start, spot(event))];
      const done = brush;
      [start, brush, this.dragging] = [null, null, false];
      done?.remove();
      if (!done || event.type === 'pointercancel') return;
      const { place, ...scale } = this.scale;
      const time = at => scale.from + Math.min(1, Math.max(0, (at - place.left) / (place.right - place.left))) * (scale.to - scale.from);
      if (time(to) - time(from) >= 1000) this.onZoom(Math.floor(time(from)), Math.ceil(time(to)));
    };
    this.root.addEventListener('pointerup', end);
    this.root.addEventListener('pointercancel', end);
  }
}
