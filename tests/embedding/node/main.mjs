// node main.mjs COMPONENT FOLDER NOW: what a component makes of a recording, one document a line.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from '@bytecodealliance/jco-transpile';
import { readExchanges, readMessages, readText } from './recording.mjs';

// Exit status 0 is "done".
const [FAILED, WRONG_USAGE, DONE_WITH_PROBLEMS] = [1, 2, 3];

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  console.error(`error: ${error.message}`);
  return FAILED;
});

async function main([component, folder, time]) {
  if (time === undefined) {
    console.error('usage: node main.mjs COMPONENT FOLDER NOW');
    return WRONG_USAGE;
  }
  const now = BigInt(time);
  const { control, poller, decoder } = await load(component);
  if (!configure(control, await readText(`${folder}/settings.json`))) return WRONG_USAGE;
  const exchanges = await readExchanges(`${folder}/exchanges.json`);
  const messages = await readMessages(`${folder}/messages.ndjson`);
  const walked = walk(poller, now, exchanges);
  const decoded = decode(control, decoder, now, messages);
  return walked.missed ? FAILED : Math.max(walked.status, decoded);
}

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

/** Whether the component takes the settings. If not, its reasons are thrown. */
function configure(control, settings) {
  try {
    tellOfSettings(control.configure(settings));
    return true;
  } catch (thrown) {
    if (!Array.isArray(thrown)) throw thrown;
    tellOfSettings(thrown);
    return false;
  }
}

/** Runs the poller to its end. Another transport would send the requests side by side. */
function walk(poller, now, exchanges) {
  const underWay = [];
  let [status, missed] = [0, false];
  let step = poller.begin(now, undefined);
  for (;;) {
    print(step.documents);
    status = Math.max(status, tell(step.problems));
    underWay.push(...step.requests);
    if (step.finished) return { status: step.finished.complete ? status : DONE_WITH_PROBLEMS, missed };
    const request = step.more ? undefined : underWay.shift();
    const response = request && exchanges.get(request.url)?.shift();
    missed ||= request !== undefined && response === undefined;
    step = poller.advance(now, request ? [{ id: request.id, answer: answer(response) }] : []);
  }
}

/** A `result`: the recorded response, or why there is none. */
function answer(response) {
  return response ? { tag: 'ok', val: response } : { tag: 'err', val: { tag: 'refused', val: 'no answer is recorded' } };
}

/** Decodes the messages of a hub. A stream would come in batches of some 64. */
function decode(control, decoder, now, messages) {
  const dataset = control.describe().datasets.findIndex(({ name }) => name.endsWith('.event'));
  const { documents, problems } = decoder.decode(now, dataset, messages);
  print(documents);
  return tell(problems);
}

function print(documents) {
  for (const { body } of documents) process.stdout.write(`${Buffer.from(body).toString()}\n`);
}

/** Says what the component reports. Something is missing only after an error. */
function tell(problems) {
  for (const { severity, code, message } of problems) console.error(`${severity}: ${code}: ${message}`);
  return problems.some(({ severity }) => severity === 'error') ? DONE_WITH_PROBLEMS : 0;
}

function tellOfSettings(problems) {
  for (const { severity, pointer, message } of problems) console.error(`${severity}: setting \`${pointer}\`: ${message}`);
}
