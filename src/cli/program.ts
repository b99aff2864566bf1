import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { agencyKinds, type AgencyKind } from '../common/access.js';
import { systemClock } from '../common/clock.js';
import { isDay } from '../common/days.js';
import { projectFolder } from '../config/load.js';
import { mintToken } from '../identity/issuer.tokens.js';
import { addAudit } from './audit.js';
import { CommandError } from './command-error.js';
import type { HubClient } from './hub-client.js';
import { addLog } from './log.js';
import { oneLine, print, tell } from './output.js';
import { pull, type PullOptions } from './pull.js';
import { readEvents, type Event } from './read-events.js';
import { send, senderOf } from './send.js';
import { clientFor, directoryOf, orgNumberFrom, scopesFrom, settings } from './settings.js';
import { whole } from './whole.js';
import { addWitness } from './witness.js';
import { syntheticYouths } from './youths.js';

/** What the database and the tour need is loaded when it is asked for: a token should not wait for it. */
const operate = (): Promise<typeof import('./operate.js')> => import('./operate.js');
const tour = (): Promise<typeof import('./tour/tour.js')> => import('./tour/tour.js');

const MOST_YOUTHS = 1_000_000;
const PROGRESS_MS = 1000;

/** The `stafett` command with all it can do. It throws where it would end the process. */
export function stafett(): Command {
  const program = new Command('stafett')
    .description(
      'Commands for a hub of Stafett. The settings are the hub’s own (config/default.yaml, STAFETT_CONFIG, environment); the hub is looked for at STAFETT_URL, or else at PORT of this machine.',
    )
    .version(versionOf(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(
          `stafett: ${oneLine(text)
            .replace(/^error: /, '')
            .replace(/\.?$/, '.')} See --help.\n`,
        ),
    });
  addReading(program);
  addExchange(program);
  addOperation(program);
  addAudit(program);
  addLog(program);
  addWitness(program);
  return program;
}

function addReading(program: Command): void {
  program
    .command('token')
    .description('print an access token of the development issuer; it lives for ten minutes')
    .requiredOption('--agency <orgnr>', 'the agency that it speaks for')
    .requiredOption('--scope <scopes>', 'scopes, parted by spaces')
    .addHelpText(
      'after',
      '\nExample: stafett token --agency 310300012 --scope "stafett:inbox stafett:consents"',
    )
    .action(async ({ agency, scope }: { agency: string; scope: string }) => {
      const config = settings();
      const wish = { orgNumber: orgNumberFrom(agency), scopes: scopesFrom(scope) };
      await print(await mintToken(config.process.keys, config, wish));
    });

  program
    .command('agencies')
    .description(
      'list the agencies that take part, one a line: organisation number, kind, name (parted by tabs)',
    )
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(agencyKinds))
    .option('--json', 'as JSON, one a line')
    .option('--agency <orgnr>', 'who asks; the first county of the directory file where it is left out')
    .action(async ({ kind, json, agency }: { kind?: AgencyKind; json?: boolean; agency?: string }) => {
      const client = clientFor(settings(), agency);
      const agencies = client.items<Record<'orgNumber' | 'kind' | 'name', string>>('/v1/agencies', {
        ...(kind && { kind }),
      });
      for await (const item of agencies)
        await print(json ? JSON.stringify(item) : [item.orgNumber, item.kind, item.name].join('\t'));
    });

  program
    .command('youth')
    .description(
      'print synthetic youths (birth month + 80), one JSON object a line, as data.youth of an event',
    )
    .requiredOption('--count <n>', 'how many', whole(1, MOST_YOUTHS))
    .option('--seed <n>', 'the same seed gives the same youths, all year', whole(0, 2 ** 31 - 1))
    .addHelpText('after', '\nExample: stafett youth --count 3 --seed 1')
    .action(async ({ count, seed = randomInt(2 ** 31) }: { count: number; seed?: number }) => {
      const counties = directoryOf(settings())?.counties ?? [];
      const homes = counties.flatMap(({ municipalities }) => municipalities.map(({ number }) => number));
      for (const youth of syntheticYouths(count, seed, systemClock.now(), homes))
        await print(JSON.stringify(youth));
    });
}

function addExchange(program: Command): void {
  program
    .command('send')
    .description('push CloudEvents in batches, and print their receipts, one a line')
    .argument('<file>', 'CloudEvents, one a line; or one, or a JSON list of them; - reads standard input')
    .option('--agency <orgnr>', 'who sends; the source of each event where it is left out')
    .addHelpText('after', '\nIt may be run again: what was taken before is answered with its first receipt.')
    .action(async (file: string, { agency }: { agency?: string }) => {
      const config = settings();
      const clients = new Map<string, HubClient>();
      const clientOf = (event: Event): HubClient => {
        const sender = agency ?? senderOf(event);
        const client = clients.get(sender) ?? clientFor(config, sender);
        clients.set(sender, client);
        return client;
      };
      let sent = 0;
      let refused = 0;
      let told = performance.now();
      for await (const receipt of send(readEvents(file), clientOf, config.http)) {
        sent += 1;
        if (receipt.problem) refused += 1;
        await print(JSON.stringify(receipt));
        if (performance.now() - told < PROGRESS_MS) continue;
        told = performance.now();
        tell(`${sent} sent`);
      }
      tell(`${sent} sent, ${sent - refused} taken`);
      if (refused > 0)
        throw new CommandError(`refused: ${refused} of ${sent}; "problem" on the lines says why.`);
    });

  program
    .command('pull')
    .description(
      'print what is addressed to an agency, one CloudEvent a line; the cursor goes to standard error',
    )
    .requiredOption('--agency <orgnr>', 'whose inbox')
    .option('--after <cursor>', 'what comes after a cursor; without it, what is open')
    .option('--type <key...>', 'only these record types')
    .option('--wait <seconds>', 'how long to wait where there is nothing', whole(0, 30))
    .option('--limit <n>', 'at most this many', whole(1, 500))
    .option('--acknowledge', 'acknowledge what was printed')
    .addHelpText(
      'after',
      '\nExample: stafett pull --agency 310400017 --type referral --wait 30 --acknowledge',
    )
    .action(({ agency, ...options }: PullOptions & { agency: string }) =>
      pull(clientFor(settings(), agency), options),
    );

  program
    .command('reconcile')
    .description('look now for what has gone wrong on the way, and print what the run found')
    .argument('<kind>', 'what to compare: deliveries')
    .option('--as-of <date>', 'as if at the end of this day, YYYY-MM-DD (not in production)')
    .option('--agency <orgnr>', 'the county that asks; the first of the directory file where it is left out')
    .action(async (kind: string, { asOf, agency }: { asOf?: string; agency?: string }) => {
      if (asOf !== undefined && !isDay(asOf))
        throw new CommandError(`"${asOf}" is no day. Write it as YYYY-MM-DD.`);
      const input = { kind, ...(asOf !== undefined && { asOf }) };
      const run = await clientFor(settings(), agency).must('POST', '/v1/reconciliation/runs', input);
      await print(JSON.stringify(run));
    });
}

function addOperation(program: Command): void {
  program
    .command('directory')
    .description('who takes part')
    .command('load')
    .description('make the directory what a file says, straight in the database, and print what changed')
    .argument('<file>', 'a directory file; docs/directory.md says what stands in it')
    .action(async (file: string) => {
      const { list, ...counts } = await (await operate()).loadDirectoryFile(settings(), file);
      for (const { act, key } of list) await print(`${act}\t${key}`);
      tell(list.length === 0 ? 'Nothing differs.' : told(counts));
    });

  program
    .command('migrate')
    .description(
      'make or update the tables, with the login of DATABASE_OWNER_URL or in the embedded database',
    )
    .action(async () => {
      const { applied, queueVersion } = await (await operate()).migrateDatabase(settings());
      for (const name of applied) await print(name);
      tell(applied.length === 0 ? 'The tables are up to date.' : `${applied.length} applied.`);
      tell(`The queue’s own tables: version ${queueVersion}.`);
    });

  program
    .command('tour')
    .description('play the story of one youth through the public API of a running hub, and check every step')
    .addOption(new Option('--lang <lang>', 'language of the story').choices(['en', 'nb']).default('en'))
    .option('--agency <orgnr>', 'who looks up the agencies; the first county of the directory file')
    .action(async ({ lang, agency }: { lang: 'en' | 'nb'; agency?: string }) => {
      await (await tour()).playTour(settings(), lang, agency);
    });
}

const told = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');

const versionOf = (): string =>
  (JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { version: string }).version;
