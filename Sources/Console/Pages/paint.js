// One line of a log as the list shows it: what was searched for is marked, what repeats in every line steps back.

const longest = 4000;

/** Pieces of text: [text, isDim]. */
function pieces(line, words) {
  const inJSON = messageFirst(line);
  // Words that are only found in the line as it is must be seen where they stand.
  if (inJSON && words.every(word => !line.includes(word) || inJSON.some(([text]) => text.includes(word)))) return inJSON;
  const fields = line.match(/(^|\s)[\w.-]+=/g);
  if (!fields || fields.length < 3) return [[line, false]];
  return line.split(/((?:^|\s)[\w.-]+=)/).map((text, place) => [text, place % 2 === 1]);
}

/** A JSON object's message, then its other members as `name=value`; null for anything else. */
function messageFirst(line) {
  if (line[0] !== '{') return null;
  let members;
  try { members = JSON.parse(line); } catch { return null; }
  const key = ['msg', 'message', 'error', 'event', 'log'].find(name => typeof members[name] === 'string');
  if (!key) return null;
  const out = [[members[key], false]];
  const hidden = /^(ts|time|timestamp|@timestamp|level|severity|lvl)$/i;
  for (const [name, value] of Object.entries(members)) {
    if (name === key || hidden.test(name)) continue;
    out.push([`  ${name}=`, true], [typeof value === 'string' ? value : JSON.stringify(value), true]);
  }
  return out;
}

export function paint(into, line, words, levelWord) {
  const text = line.length > longest ? `${line.slice(0, longest)}…` : line;
  let isLevelSeen = !levelWord;
  for (const [piece, isDim] of pieces(text, words)) {
    const target = isDim ? document.createElement('em') : into;
    const spots = [];
    for (const word of words) {
      for (let at = piece.indexOf(word); at >= 0 && spots.length < 100; at = piece.indexOf(word, at + word.length)) {
        spots.push([at, at + word.length, 'mark']);
      }
    }
    if (!isLevelSeen && piece.includes(levelWord)) {
      spots.push([piece.indexOf(levelWord), piece.indexOf(levelWord) + levelWord.length, 'u']);
      isLevelSeen = true;
    }
    spots.sort((a, b) => a[0] - b[0]);
    let from = 0;
    for (const [start, end, tag] of spots) {
      if (start < from) continue;
      const made = document.createElement(tag);
      made.textContent = piece.slice(start, end);
      target.append(piece.slice(from, start), made);
      from = end;
    }
    target.append(piece.slice(from));
    if (isDim) into.append(target);
  }
}
