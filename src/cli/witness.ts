import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import {
  folderSource,
  formatSignerKey,
  formatVerifierKey,
  httpSource,
  newSignerKey,
  parseSignerKey,
  Watch,
  Witness,
  witnessServer,
  WitnessStore,
  type Look,
  type SignerKey,
} from '../audit/verify/index.js';
import { systemClock } from '../common/clock.js';
import { CommandError } from './command-error.js';
import { fileAt } from './read-file.js';
import { oneLine, print, tell } from './output.js';
import { keyFrom } from './trust.js';
import { whole } from './whole.js';

interface WitnessArguments {
  readonly log: string;
  readonly logKey: string;
  readonly key: string;
  readonly name?: string;
  readonly state: string;
  readonly every: number;
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly once?: boolean;
}

/** The command that an agency runs to watch a hub. It needs no settings and no database. */
export function addWitness(program: Command): void {
  program
    .command('witness')
    .description(
      'watch the log of a hub: cosign what has only grown, and raise an alarm on a fork or a rollback',
    )
    .requiredOption('--log <url>', 'where the log is (https://hub.example/v1/log), or a folder')
    .requiredOption('--log-key <vkey>', 'the log’s key, as it was handed over by other means than the log')
    .requiredOption('--key <file>', 'the witness’s own key; it is made at the first run')
    .option('--name <name>', 'the witness’s name (witness.agency.example), for a key that is made')
    .requiredOption('--state <folder>', 'what it remembers; nobody else may write there')
    .option('--every <seconds>', 'how often to look', whole(1, 86_400), 10)
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <port>', 'where to listen; 0 takes any that is free', whole(0, 65_535), 8088)
    .addOption(new Option('--token <token>', 'an access token for the log').env('STAFETT_TOKEN'))
    .option('--token-file <file>', 'a file with the access token, read for each request')
    .option('--once', 'look once and end: with 0, or with 1 on an alarm or where the log cannot be checked')
    .addHelpText(
      'after',
      '\nPrints the witness’s key, which the hub and the auditors need. It answers POST /add-checkpoint and\nGET /<SHA-256 of the origin>/checkpoint (C2SP tlog-witness), and GET /health: 503 after an alarm. An alarm is also\na line on standard error and a file "alarm" in the folder; until a person removes it, nothing is cosigned.\n\nExample: stafett witness --log https://hub.example/v1/log --log-key "$(cat hub.vkey)" --key witness.key \\\n  --name witness.agency.example --state ./witness --token-file token',
    )
    .action(runWitness);
}

async function runWitness(options: WitnessArguments): Promise<void> {
  const log = keyFrom(options.logKey, '--log-key');
  const signer = await signerFrom(options.key, options.name);
  await print(formatVerifierKey(signer));
  const { tokenFile } = options;
  const token = tokenFile === undefined ? options.token : () => tokenIn(tokenFile);
  const source = /^https?:\/\//.test(options.log)
    ? httpSource(options.log, { token })
    : folderSource(options.log);
  const witness = new Witness({
    signer,
    logs: [log],
    store: new WitnessStore(options.state),
    now: () => Math.floor(systemClock.now().getTime() / 1000),
    onAlarm: (origin, why) => tell(`ALARM: ${origin}: ${why}`),
  });
  const watch = new Watch(witness, log, source);
  if (options.once) return lookOnce(watch, log.name);
  await serve(witness, watch, options);
}

async function lookOnce(watch: Watch, origin: string): Promise<void> {
  let look = await watch.look();
  // What a replica shows that is behind is soon past.
  if (look.state === 'unclear') look = await watch.look();
  if (look.state === 'cosigned') return print(`${origin}: cosigned at ${look.size} entries.`);
  throw new CommandError(
    look.state === 'alarm'
      ? `${origin}: an alarm was raised; nothing is cosigned.`
      : `${origin}: it cannot be checked: ${look.why}`,
  );
}

async function serve(witness: Witness, watch: Watch, { host, port, every }: WitnessArguments): Promise<void> {
  let last: Look | undefined;
  const server = witnessServer(
    witness,
    () => last,
    (error) => tell(`stafett: this should not happen: ${oneLine(String(error))}`),
  );
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    server.listen(port, host);
    await once(server, 'listening').catch((error: unknown) => {
      throw new CommandError(`${host}:${port} cannot be listened to (${(error as Error).message}).`);
    });
    tell(`Listening on http://${host}:${(server.address() as AddressInfo).port}`);
    while (!stopping.signal.aborted) {
      const look = await watch.look();
      if (look.state === 'unclear' && last?.state !== 'unclear') tell(`It cannot be checked: ${look.why}`);
      last = look;
      await sleep(every * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    server.closeAllConnections();
    server.close();
  }
}

async function signerFrom(file: string, name: string | undefined): Promise<SignerKey> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new CommandError(`${file} cannot be read (${error.code}).`);
  });
  if (text === undefined) return makeSigner(file, name);
  try {
    const signer = parseSignerKey(text.trim());
    if (signer.type === 'cosignature' && (name ?? signer.name) === signer.name) return signer;
  } catch {
    // Told below, without what stands in the file.
  }
  throw new CommandError(
    `${file} is no key of ${name ?? 'a witness'}. Give the file that its first run made.`,
  );
}

async function makeSigner(file: string, name: string | undefined): Promise<SignerKey> {
  if (name === undefined)
    throw new CommandError(`${file} is not there: say with --name how the witness is called.`);
  try {
    const signer = newSignerKey(name, 'cosignature');
    await writeFile(file, `${formatSignerKey(signer)}\n`, { flag: 'wx', mode: 0o600, flush: true });
    return signer;
  } catch (error) {
    throw new CommandError(`A key cannot be made in ${file}: ${(error as Error).message}`);
  }
}

async function tokenIn(file: string): Promise<string> {
  return (await fileAt(file, 'Give a file with an access token.')).toString('utf8').trim();
}
