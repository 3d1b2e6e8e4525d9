// node main.mjs COMPONENT FOLDER NOW: what a component makes of a recording, one document a line.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from '@bytecodealliance/jco-transpile';
import { readExchanges, readMessages } from './recording.mjs';

const [component, folder, time] = process.argv.slice(2);
const now = BigInt(time);
const { control, poller, decoder } = await load(component);

// `configure` throws an error whose payload is what the component has to say about the settings.
control.configure(await readFile(`${folder}/settings.json`, 'utf8'));
walk(await readExchanges(`${folder}/exchanges.json`));
decode(await readMessages(`${folder}/messages.ndjson`));

/** Turns the component into JavaScript and a core module, beside this file, and loads that. */
async function load(component) {
  const outDir = fileURLToPath(new URL('transpiled', import.meta.url));
  const { files, imports } = await transpile(component, { name: 'component', outDir });
  if (imports.length > 0) throw new Error(`the component imports ${imports.join(', ')}`);
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  return import('./transpiled/component.js');
}

/** Runs the poller to its end. Another transport would send the requests side by side. */
function walk(exchanges) {
  const underWay = [];
  let step = poller.begin(now, undefined);
  for (;;) {
    print(step.documents);
    underWay.push(...step.requests);
    if (step.finished) return;
    const request = step.more ? undefined : underWay.shift();
    step = poller.advance(now, request ? [{ id: request.id, answer: answer(exchanges, request) }] : []);
  }
}

/** A `result`: the recorded response, or why there is none. */
function answer(exchanges, { url }) {
  const response = exchanges.get(url)?.shift();
  return response ? { tag: 'ok', val: response } : { tag: 'err', val: { tag: 'refused', val: `${url} is not recorded` } };
}

/** Decodes the messages of a hub. A stream would come in batches of some 64. */
function decode(messages) {
  const dataset = control.describe().datasets.findIndex(({ name }) => name.endsWith('.event'));
  print(decoder.decode(now, dataset, messages).documents);
}

function print(documents) {
  for (const { body } of documents) process.stdout.write(`${Buffer.from(body).toString()}\n`);
}
