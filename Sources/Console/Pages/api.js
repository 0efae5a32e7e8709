// The server's answers.

export class RequestError extends Error {}

async function get(path, parameters, signal) {
  let response;
  try {
    response = await fetch(`${path}?${new URLSearchParams(parameters)}`,
      { signal, headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new RequestError('The server does not answer.');
  }
  if (!response.ok) throw new RequestError((await response.text()).trim() || response.statusText);
  return response.json();
}

/** Nanoseconds as text: they do not fit a number. */
export const nanoseconds = milliseconds => `${Math.round(milliseconds)}000000`;

/** Entries, newest first: {time: BigInt, line, labels, metadata}. */
export async function entries(query, start, end, limit, signal) {
  const answer = await get('api/query_range', { query, start, end, limit, direction: 'backward' }, signal);
  return flatten(answer.data.result);
}

export function flatten(streams) {
  const all = streams.flatMap(({ stream, values }) => values.map(([time, line, extra]) =>
    ({ time: BigInt(time), line, labels: stream, metadata: extra?.structuredMetadata ?? {} })));
  return all.sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
}

/** Series: [{metric, values: [[seconds, text]]}]. */
export const series = async (query, start, end, step, signal) =>
  (await get('api/query_range', { query, start, end, step }, signal)).data.result;

export const labels = async (start, end, signal) => (await get('api/labels', { start, end }, signal)).labels;

export const status = signal => get('api/status', {}, signal);

/** Calls `onBatch(entries, dropped)` as entries are stored; returns a function that stops it. */
export function tail(query, onBatch, onState) {
  const source = new EventSource(`api/tail?${new URLSearchParams({ query })}`);
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  source.onmessage = ({ data }) => {
    const { streams, dropped } = JSON.parse(data);
    onBatch(flatten(streams), dropped);
  };
  return () => source.close();
}
