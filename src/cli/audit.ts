import { Option, type Command } from 'commander';
import { acts } from '../audit/acts.js';
import { writings } from '../audit/questions/formats.js';
import { kinds } from '../audit/questions/question.js';
import { CommandError } from './command-error.js';
import { write } from './output.js';
import { progressLine } from './progress.js';
import { clientFor, clientWith, settings } from './settings.js';
import { checkThatNobodyIsOverwritten, wholeFile } from './whole-file.js';

type Format = keyof typeof writings;

interface ExportArguments extends Partial<Record<(typeof filters)[number], string>> {
  readonly format: Format;
  readonly side?: string;
  readonly overwrite?: boolean;
  readonly agency?: string;
  readonly token?: string;
}

/** What the hub calls as the command does. */
const filters = ['record', 'transfer', 'person', 'act', 'kind', 'from', 'to'] as const;

/** The commands of an auditor. They ask the hub, and need no database. */
export function addAudit(program: Command): void {
  program
    .command('audit')
    .description('the trail of what the hub did, for auditors')
    .command('export')
    .description('write all entries that answer a question at this moment; that becomes an entry itself')
    .argument('[file]', 'where to, written whole or not at all; to standard output where it is left out')
    .addOption(new Option('--format <format>', 'how').choices(Object.keys(writings)).default('csv'))
    .option('--record <id>', 'only about this record')
    .option('--transfer <id>', 'only about this transfer')
    .option('--side <orgnr>', 'only where this agency acted, or is the other side')
    .option('--person <id>', 'only where this person acted: an id as entries tell it')
    .addOption(new Option('--act <act>', 'only this act').choices(acts))
    .addOption(
      new Option('--kind <kind>', 'only what the hub said no to, or what was shown to people').choices(kinds),
    )
    .option('--from <time>', 'from this moment on: RFC 3339, or a day (UTC)')
    .option('--to <time>', 'up to this moment; a day counts whole (UTC)')
    .option('--overwrite', 'replace the file where it is there')
    .option('--agency <orgnr>', 'the county that asks; the first of the directory file where it is left out')
    .addOption(
      new Option(
        '--token <token>',
        'an access token of an auditor (stafett:audit), where the hub has no development keys; better in the environment',
      ).env('STAFETT_TOKEN'),
    )
    .addHelpText(
      'after',
      `
All that is given must hold. Where the hub or the network fails on the way it ends with 1, and no file is written;
what stands on standard output by then is not all.

Examples:
  stafett audit export november.csv --from 2026-11-01 --to 2026-11-30
  stafett audit export refusals.jsonl --format jsonl --kind refusals --side 310400017
  stafett audit export --act transfer-disclosed --format jsonl | gzip > disclosures.jsonl.gz`,
    )
    .action(exportEntries);
}

async function exportEntries(file: string | undefined, options: ExportArguments): Promise<void> {
  const { format, side, overwrite = false, agency, token } = options;
  const config = settings();
  // Before the hub is asked: each export is an entry.
  if (file !== undefined && !overwrite) await checkThatNobodyIsOverwritten(file);
  const query = new URLSearchParams({ format, ...(side !== undefined && { agency: side }) });
  for (const name of filters) if (options[name] !== undefined) query.set(name, options[name]);

  const client = token === undefined ? clientFor(config, agency) : clientWith(config, token);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    const path = `/v1/audit/entries/export?${query}`;
    const bytes = counted(client.stream(path, writings[format].type, stopping.signal), format);
    if (file === undefined) for await (const chunk of bytes) await write(chunk);
    else await wholeFile(file, bytes, overwrite);
  } catch (error) {
    throw stopping.signal.aborted ? new CommandError('It was stopped: what came is not all.') : error;
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
  }
}

/** Tells on the way, and at the end, how much it was. */
async function* counted(chunks: AsyncIterable<Buffer>, format: Format): AsyncGenerator<Buffer> {
  const show = progressLine();
  const entries = new EntryCount(format);
  let bytes = 0;
  const told = (): string => `${entries.count} entries, ${(bytes / 1e6).toFixed(1)} MB`;
  for await (const chunk of chunks) {
    entries.add(chunk);
    bytes += chunk.length;
    yield chunk;
    show(told(), false);
  }
  show(told(), true);
}

const [LINE_END, QUOTE] = ['\n', '"'].map((character) => character.charCodeAt(0));

/** Counts entries in bytes that come in pieces: lines, in CSV without its head and without those that stand in quotes. */
class EntryCount {
  private lines = 0;
  private quoted = false;

  constructor(private readonly format: Format) {}

  get count(): number {
    return this.format === 'csv' ? Math.max(0, this.lines - 1) : this.lines;
  }

  add(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i += 1) {
      if (chunk[i] === QUOTE && this.format === 'csv') this.quoted = !this.quoted;
      else if (chunk[i] === LINE_END && !this.quoted) this.lines += 1;
    }
  }
}
