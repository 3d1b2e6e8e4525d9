// Reads recordings: what an API answered, and what an Event Hub held.
import { readFile } from 'node:fs/promises';

/** A file's text. A byte order mark in front is none of it. */
export async function readText(path) {
  return (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
}

/** The responses to each URL, in their order. */
export async function readExchanges(path) {
  const responses = new Map();
  for (const exchange of parts(parts(await readText(path)).get('exchanges')).values()) {
    const { url } = JSON.parse(parts(exchange).get('request'));
    responses.set(url, [...(responses.get(url) ?? []), response(parts(exchange).get('response'))]);
  }
  return responses;
}

/** A component gets the bytes that the server sent. Read and written again they would be others: `4.0` would be `4`. */
function response(text) {
  const { status, headers = {} } = JSON.parse(text);
  // A header that came more than once has a list of values.
  const pairs = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  return { status, headers: pairs, body: body(parts(text)) };
}

/** The messages of a file that holds one a line. */
export async function readMessages(path) {
  const lines = (await readText(path)).split('\n').filter((line) => line.trim() !== '');
  return lines.map(message);
}

/** The position is told if all of it is known. Its numbers may be larger than those of JavaScript, so they are taken as they stand. */
function message(line) {
  JSON.parse(line); // Throws where the line is no JSON.
  const members = parts(line);
  const value = (name) => said(members.get(name));
  const known = ['partition', 'sequence_number', 'enqueued_time'].every((name) => value(name) !== undefined);
  if (!known) return { body: body(members) };
  const position = {
    partition: value('partition'),
    sequenceNumber: BigInt(value('sequence_number')),
    offset: value('offset') ?? '',
    enqueued: BigInt(Date.parse(value('enqueued_time'))),
    partitionKey: value('partition_key'),
  };
  return { body: body(members), position };
}

/** The bytes of a body: text, bytes in base64, or JSON as it stands. */
function body(members) {
  const bytes = said(members.get('body_base64'));
  return bytes === undefined ? Buffer.from(said(members.get('body')) ?? '') : Buffer.from(bytes, 'base64');
}

/** What a JSON text says, any other value as it stands, `undefined` for null. */
function said(value) {
  if (value === undefined || value === 'null') return undefined;
  return value.startsWith('"') ? JSON.parse(value) : value;
}

/** The values of an object by name, or of a list by position, each as the JSON that stands there. */
function parts(text) {
  const found = new Map();
  let [depth, name, start] = [0, undefined, 0];
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    }
    if (mark === '}' || mark === ']') depth -= 1;
    if (mark === ':' && depth === 1) {
      name = JSON.parse(text.slice(start, at));
      start = at + 1;
    }
    if ((mark === ',' && depth === 1) || ((mark === '}' || mark === ']') && depth === 0)) {
      const value = text.slice(start, at).trim();
      if (value !== '') found.set(name ?? found.size, value);
      [name, start] = [undefined, at + 1];
    }
    if (mark === '{' || mark === '[') depth += 1;
    if ((mark === '{' || mark === '[') && depth === 1) start = at + 1;
  }
  return found;
}
