// What the page says beside log lines: errors, emptiness, the state of things.

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

/** An error, with the place in the query where it has one. */
export function showError(root, message, query) {
  root.hidden = false;
  const spot = /line (\d+), col (\d+): ?(.*)$/s.exec(message);
  if (!spot) {
    root.replaceChildren(element('strong', '', message.replace(/^parse error : /, 'This query does not parse: ')));
    return;
  }
  const [, line, column, reason] = spot;
  const text = query.split('\n')[Math.max(0, line - 1)] ?? query;
  const characters = [...text];
  const at = Math.min(Math.max(0, column - 1), characters.length);
  const source = element('pre');
  source.append(characters.slice(0, at).join(''), element('b', '', characters[at] ?? ''), characters.slice(at + 1).join(''),
    `\n${' '.repeat(at)}`, element('b', '', '^'));
  const title = message.startsWith('not supported') ? 'This store does not evaluate that yet' : 'This query does not parse';
  root.replaceChildren(element('strong', '', title), source,
    element('p', '', `Column ${column}: ${reason.replace(/^syntax error: /, '').replaceAll('$end', 'the end of the query')}`));
}

const picture = `<svg viewBox="0 0 52 52" aria-hidden="true"><path d="M9 14h22M9 26h34M9 38h14"/><path d="m33 33 9 5-9 5"/></svg>`;

/** Why there are no lines, and what to do about it. */
export function showNothing(root, { isNew, isFiltered, widen, reset }) {
  root.hidden = false;
  root.innerHTML = picture;
  if (isNew) {
    root.append(element('h1', '', 'No logs in this span yet'),
      element('p', '', 'Lines appear here as soon as something sends them: an agent with a Promtail configuration, or anything that speaks Loki’s push API.'),
      element('pre', '', `swiftail -config.file=promtail.yaml\n\ncurl ${location.origin}/loki/api/v1/push -H 'Content-Type: application/json' \\\n  -d '{"streams":[{"stream":{"job":"hello"},"values":[["'$(date +%s%N)'","hello, world"]]}]}'`));
  } else {
    root.append(element('h1', '', 'No lines match'),
      element('p', '', isFiltered ? 'Nothing in this span fits the search. Look further back, or ask for less.'
        : 'Nothing was logged in this span.'));
  }
  const actions = element('div', 'copies');
  const add = (title, act) => {
    const button = element('button', 'tool', title);
    button.type = 'button';
    button.onclick = act;
    actions.append(button);
  };
  add('Look further back', widen);
  if (isFiltered) add('Clear the search', reset);
  root.append(actions);
}

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const units = ['B', 'kB', 'MB', 'GB', 'TB'];
export function bytes(count) {
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) { count /= 1000; unit += 1; }
  return `${count.toLocaleString(undefined, { maximumFractionDigits: count < 10 && unit ? 1 : 0 })} ${units[unit]}`;
}
function seconds(count) {
  if (count < 1) return '0 s';
  if (count < 120) return `${Math.round(count)} s`;
  if (count < 7200) return `${Math.round(count / 60)} min`;
  return `${Math.round(count / 3600)} h`;
}

/** The strip at the foot: what the agent and the store are at. `state` is null when the server does not answer. */
export function showStatus(root, state, onHelp) {
  const items = [];
  const add = (value, unit, className) => {
    const item = element('span', className);
    item.append(element('b', '', value), ` ${unit}`);
    items.push(item);
  };
  if (!state) {
    items.push(element('span', 'bad', 'The server does not answer'));
  } else {
    items.push(state.problems?.length ? element('span', 'bad', state.problems[0]) : element('span', 'ok', 'Running'));
    if (state.files != null) add(whole.format(state.files), state.files === 1 ? 'file' : 'files');
    if (state.linesPerSecond != null) add(whole.format(state.linesPerSecond), 'lines/s');
    if (state.lagSeconds != null && state.lagSeconds < 1) items.push(element('span', '', 'up to date'));
    else if (state.lagSeconds != null) add(seconds(state.lagSeconds), state.lagBytes ? `behind (${bytes(state.lagBytes)})` : 'behind');
    if (state.storeBytes != null) add(bytes(state.storeBytes), 'stored');
    if (state.version) items.push(element('span', 'version', `Swiftail ${state.version}`));
  }
  const help = element('span', 'help');
  const button = element('button', '', 'Keys');
  button.type = 'button';
  button.onclick = onHelp;
  help.append(button);
  root.replaceChildren(...items, help);
}
