// Reads recordings: what an API answered, and what an Event Hub held.
import { readFile } from 'node:fs/promises';

/** The responses to each URL, in their order. */
export async function readExchanges(path) {
  const text = await readFile(path, 'utf8');
  const bodies = bodiesOf(text);
  const exchanges = new Map();
  JSON.parse(text).exchanges.forEach(({ request, response }, number) => {
    const { status, headers = {}, body } = response;
    const answer = { status, headers: Object.entries(headers), body: Buffer.from(typeof body === 'string' ? body : (bodies[number] ?? '')) };
    exchanges.set(request.url, [...(exchanges.get(request.url) ?? []), answer]);
  });
  return exchanges;
}

/**
 * The text of each exchange's body as it stands in the file. A component gets the bytes that the server sent: parsed and
 * written again they would be others, `4.0` would be `4`, and documents that keep the original would differ.
 */
function bodiesOf(text) {
  const bodies = [];
  let [exchange, depth, start, before] = [-1, 0, undefined, ''];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g)) {
    if (start !== undefined && depth === 4 && (token === ',' || token === '}')) {
      bodies[exchange] = text.slice(start, index).trim();
      start = undefined;
    }
    if (token === '{' && depth === 2) exchange += 1;
    if (token === ':' && depth === 4 && before === '"body"') start = index + 1;
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    before = token;
  }
  return bodies;
}

/** The messages of a file that holds one a line. */
export async function readMessages(path) {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => message(JSON.parse(line)));
}

/** The position is told if all of it is known. */
function message(line) {
  const body = line.body === undefined ? Buffer.from(line.body_base64, 'base64') : Buffer.from(line.body);
  const known = [line.partition, line.sequence_number, line.enqueued_time].every((value) => value !== undefined);
  if (!known) return { body };
  const position = {
    partition: String(line.partition),
    sequenceNumber: BigInt(line.sequence_number),
    offset: String(line.offset ?? ''),
    enqueued: BigInt(Date.parse(line.enqueued_time)),
    partitionKey: line.partition_key,
  };
  return { body, position };
}
