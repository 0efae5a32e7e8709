// How grave a line is, from its labels or its text.

const names = {
  error: 'error', err: 'error', eror: 'error', fatal: 'error', critical: 'error', crit: 'error', panic: 'error', alert: 'error', emerg: 'error',
  warn: 'warn', warning: 'warn', info: 'info', information: 'info', notice: 'info', debug: 'debug', trace: 'debug', verbose: 'debug',
};
export const order = ['error', 'warn', 'info', 'other', 'debug'];
export const titles = { error: 'Error', warn: 'Warning', info: 'Info', debug: 'Debug', other: 'Other' };
export const labelNames = ['level', 'detected_level', 'severity', 'lvl'];

export const fromName = name => names[String(name).toLowerCase()] ?? 'other';

const inFields = /\b(?:level|lvl|severity)"?\s*[=:]\s*"?([a-z]+)/i;
const bare = /(?:^|[\s[(|<])(ERROR|FATAL|CRITICAL|CRIT|PANIC|WARN|WARNING|INFO|NOTICE|DEBUG|TRACE)(?=$|[\s\])|>:,])/;
const status = /HTTP\/\d(?:\.\d)?" (\d)\d\d /;

const wordIn = line => bare.exec(line.slice(0, 400))?.[1] ?? null;

/** {level, word}: the word is where the text says it, to be coloured. */
export function levelOf(entry) {
  for (const label of labelNames) {
    const value = entry.labels[label] ?? entry.metadata[label];
    if (value) return { level: fromName(value), word: wordIn(entry.line) };
  }
  const head = entry.line.slice(0, 400);
  const match = inFields.exec(head) ?? bare.exec(head);
  if (match && names[match[1].toLowerCase()]) return { level: names[match[1].toLowerCase()], word: match[1] };
  const code = status.exec(head)?.[1];
  if (code === '5') return { level: 'error', word: null };
  if (code === '4') return { level: 'warn', word: null };
  return { level: 'other', word: null };
}
