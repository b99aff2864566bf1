import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { agencyKinds, type AgencyKind } from '../common/access.js';
import { systemClock } from '../common/clock.js';
import { isDay } from '../common/days.js';
import { ConfigError } from '../config/load.js';
import { mintToken } from '../identity/issuer.tokens.js';
import { CommandError } from './command-error.js';
import { readEvents, senderOf, sendAll } from './events.js';
import { loadDirectoryFile, migrateDatabase } from './operate.js';
import { clientFor, orgNumberFrom, scopesFrom, settings } from './settings.js';
import { playTour } from './tour/tour.js';
import { syntheticYouths } from './youths.js';

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };

/** Waits where the reader of a pipe is slower: a million youths do not wait in memory. */
async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const program = new Command('stafett')
  .description(
    'Commands for a hub of Stafett. Settings as the hub has them (config/default.yaml); the hub is looked for at STAFETT_URL, or on PORT of this machine.',
  )
  .version('0.1.0')
  .showHelpAfterError('(--help tells more)');

program
  .command('token')
  .description('print an access token of the development issuer; it lives for ten minutes')
  .requiredOption('--agency <orgnr>', 'the agency that it speaks for')
  .requiredOption('--scope <scopes>', 'scopes, parted by spaces: "stafett:records.write stafett:inbox"')
  .action(async ({ agency, scope }: { agency: string; scope: string }) => {
    const config = settings();
    await print(
      await mintToken(config.process.keys, config, {
        orgNumber: orgNumberFrom(agency),
        scopes: scopesFrom(scope),
      }),
    );
  });

program
  .command('agencies')
  .description('list the agencies that take part: organisation number, kind, name')
  .addOption(new Option('--kind <kind>', 'only of this kind').choices(agencyKinds))
  .option('--json', 'as JSON, one a line')
  .option('--agency <orgnr>', 'who asks; a county of the directory file where it is left out')
  .action(async ({ kind, json, agency }: { kind?: AgencyKind; json?: boolean; agency?: string }) => {
    const client = clientFor(settings(), agency);
    for (let after = '', more = true; more;) {
      const query = new URLSearchParams({ limit: '500', ...(kind && { kind }), ...(after && { after }) });
      const page = await client.must('GET', `/v1/agencies?${query}`);
      for (const item of page['items'] as { orgNumber: string; kind: string; name: string }[])
        await print(json ? JSON.stringify(item) : `${item.orgNumber}  ${item.kind.padEnd(13)}  ${item.name}`);
      after = String(page['cursor']);
      more = page['more'] === true;
    }
  });

program
  .command('youth')
  .description(
    'print synthetic youths (birth month + 80), one JSON object a line, as data.youth of an event has them',
  )
  .requiredOption('--count <n>', 'how many', whole(1, 900_000))
  .option('--seed <n>', 'the same seed gives the same youths', whole(0, 1_000_000_000))
  .action(async ({ count, seed = randomInt(1_000_000_000) }: { count: number; seed?: number }) => {
    for (const youth of syntheticYouths(count, seed, systemClock.now())) await print(JSON.stringify(youth));
  });

program
  .command('send')
  .description(
    'push the CloudEvents of a file: one, a JSON list, or one a line; prints the receipts, one a line',
  )
  .argument('<file>', 'the file, or - for standard input')
  .option('--agency <orgnr>', 'the sender; the source of the events where it is left out')
  .action(async (file: string, { agency }: { agency?: string }) => {
    const events = readEvents(file);
    const client = clientFor(settings(), agency ?? senderOf(events));
    let refused = 0;
    for await (const receipt of sendAll(client, events, (sent) => tell(`${sent} of ${events.length} sent`))) {
      if (receipt.problem) refused += 1;
      await print(JSON.stringify(receipt));
    }
    if (refused > 0)
      throw new CommandError(`${refused} of ${events.length} were refused: see "problem" on their lines.`);
  });

program
  .command('pull')
  .description(
    'print what is addressed to an agency, one CloudEvent a line; the cursor goes to standard error',
  )
  .requiredOption('--agency <orgnr>', 'whose inbox')
  .option('--after <cursor>', 'what comes after a cursor; without it, what is open')
  .option('--type <keys...>', 'only these record types')
  .option('--wait <seconds>', 'wait where there is nothing', whole(0, 30))
  .option('--limit <n>', 'at most this many', whole(1, 500))
  .option('--acknowledge', 'acknowledge what was printed')
  .action(
    async (options: {
      agency: string;
      after?: string;
      type?: string[];
      wait?: number;
      limit?: number;
      acknowledge?: boolean;
    }) => {
      const client = clientFor(settings(), options.agency);
      const query = new URLSearchParams();
      for (const name of ['after', 'wait', 'limit'] as const)
        if (options[name] !== undefined) query.set(name, String(options[name]));
      for (const key of options.type ?? []) query.append('type', key);
      const page = await client.must('GET', `/v1/inbox?${query}`);
      for (const event of page['events'] as unknown[]) await print(JSON.stringify(event));
      tell(`cursor: ${String(page['cursor'])}${page['more'] === true ? ' (there is more)' : ''}`);
      if (!options.acknowledge) return;
      const { acknowledged } = await client.must('POST', '/v1/inbox/acknowledgements', {
        through: page['cursor'],
      });
      tell(`acknowledged: ${String(acknowledged)}`);
    },
  );

program
  .command('reconcile')
  .description('look now for what has gone wrong on the way, and print what the run found')
  .argument('<kind>', 'deliveries')
  .option('--as-of <date>', 'as if at the end of this day, YYYY-MM-DD (not in production)')
  .option('--agency <orgnr>', 'the county that asks; the first of the directory file where it is left out')
  .action(async (kind: string, { asOf, agency }: { asOf?: string; agency?: string }) => {
    if (asOf !== undefined && !isDay(asOf))
      throw new CommandError(`"${asOf}" is no day. Write it as YYYY-MM-DD.`);
    const client = clientFor(settings(), agency);
    await print(
      JSON.stringify(
        await client.must('POST', '/v1/reconciliation/runs', { kind, ...(asOf !== undefined && { asOf }) }),
      ),
    );
  });

program
  .command('directory')
  .description('who takes part')
  .command('load')
  .description('make the directory what a file says; writes only what differs')
  .argument('<file>', 'a directory file (docs/directory.md)')
  .action(async (file: string) => {
    const { list, ...counts } = await loadDirectoryFile(settings(), file);
    for (const { act, key } of list) await print(`${act} ${key}`);
    tell(
      Object.entries(counts)
        .map(([what, count]) => `${what}: ${count}`)
        .join(', '),
    );
  });

program
  .command('migrate')
  .description('make or update the tables, with the login of DATABASE_OWNER_URL or the embedded database')
  .action(async () => {
    const { applied, queueVersion } = await migrateDatabase(settings());
    tell(
      applied.length > 0 ? `Applied: ${applied.join(', ')}` : 'Nothing to apply: the schema is up to date.',
    );
    tell(`Schema of the queue: version ${queueVersion}`);
  });

program
  .command('tour')
  .description('play the story of one youth through the public API of a running hub, and check every step')
  .addOption(new Option('--lang <lang>', 'language of the story').choices(['en', 'nb']).default('en'))
  .action(async ({ lang }: { lang: 'en' | 'nb' }) => {
    if (!(await playTour(settings(), lang))) process.exitCode = 1;
  });

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
try {
  await program.parseAsync();
} catch (error) {
  const known = error instanceof CommandError || error instanceof ConfigError || error instanceof RangeError;
  tell(
    `stafett: ${known ? error.message.replaceAll('\n', ' ') : `unexpected fault: ${error instanceof Error ? error.message : 'unknown'}`}`,
  );
  process.exitCode = 1;
}
