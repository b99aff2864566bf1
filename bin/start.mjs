/** `npm run hub` starts the hub; `npm start` (--tour) plays the tour against it as well. Both stay up until Ctrl-C. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { build, checkNode, giveUp, install, root, say } from './prepare.mjs';

/** A first start makes the database (2 s on a laptop); after a kill it may replay a long log first. */
const READY_MS = 240_000;

checkNode();
const tour = process.argv.includes('--tour');
const rest = process.argv.slice(2).filter((argument) => argument !== '--tour');
install();
build();

const { port, host } = await address();
const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
if (port !== 0 && (await listens())) {
  giveUp(
    `Port ${port} is taken: ${(await answers('/health/live')) ? 'a hub runs there already' : 'another program listens there'}. Stop it, or choose another port: PORT=${port + 1} npm start`,
  );
}

let stopping = false;
let tourProcess;
const leash = pathToFileURL(join(root, 'bin/leash.mjs')).href;
const { nodeFlags } = await import(pathToFileURL(join(root, 'dist/src/common/memory.js')).href);
const hub = spawn(
  process.execPath,
  [...nodeFlags, '--import', leash, join(root, 'dist/src/main.js'), ...(tour ? [] : rest)],
  {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  },
);
const ended = new Promise((resolve) => {
  hub.once('error', (error) => resolve((say(`The hub cannot be started: ${error.message}`), 1)));
  // A hub that a signal ended counts as failed, unless it was told to stop.
  hub.once('exit', (code, signal) => resolve(code ?? (signal && stopping ? 0 : 1)));
});
// From a terminal the hub gets Ctrl-C twice, once from the terminal and once from here; its first signal counts.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => stop(signal === 'SIGHUP' ? 'SIGTERM' : signal));
if (process.env.npm_lifecycle_event) watchParent();

if (tour) await playTour();
process.exit(await ended);

function stop(signal) {
  stopping = true;
  tourProcess?.kill(signal);
  hub.kill(signal);
}

async function playTour() {
  const gone = ended.then(() => 'gone');
  const until = performance.now() + READY_MS;
  while (!(await answers('/health/ready'))) {
    if ((await Promise.race([gone, sleep(100)])) === 'gone' || stopping) return;
    if (performance.now() > until)
      return fail(`The hub was not ready after ${READY_MS / 1000} s (${url}/health/ready).`);
  }
  tourProcess = spawn(process.execPath, [join(root, 'dist/src/cli/main.js'), 'tour', ...rest], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, STAFETT_URL: process.env.STAFETT_URL ?? url },
  });
  const code = await new Promise((resolve) => {
    tourProcess.once('error', () => resolve(1));
    tourProcess.once('exit', (status) => resolve(status ?? 1));
  });
  tourProcess = undefined;
  if (stopping || hub.exitCode !== null) return;
  if (code !== 0) return fail('The tour did not go as told: see above. The hub is stopped.');
  say(`\nThe hub stays up at ${url} until Ctrl-C.`);
}

async function fail(text) {
  say(text);
  stop('SIGTERM');
  await ended;
  process.exit(1);
}

/** npm may be ended without its script being told; then nobody could stop the hub with Ctrl-C any more. */
function watchParent() {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && !stopping && stop('SIGTERM'), 500).unref();
}

/** Where the hub will listen, as its own settings say. Wrong settings are the hub's to tell. */
async function address() {
  try {
    const { loadConfig } = await import(pathToFileURL(join(root, 'dist/src/config/load.js')).href);
    const { port, host } = loadConfig().http;
    return { port, host: ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host };
  } catch {
    return { port: Number(process.env.PORT) || 3000, host: '127.0.0.1' };
  }
}

function listens() {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const done = (taken) => (socket.destroy(), resolve(taken));
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.setTimeout(1000, () => done(false));
  });
}

async function answers(path) {
  try {
    return (await fetch(url + path, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
