import type { Command } from 'commander';
import { FormatError } from '../audit/verify/text.js';
import { CommandError } from './command-error.js';
import { print, tell, visible } from './output.js';
import { progressBar } from './progress.js';
import { clientFor, settings } from './settings.js';

/** What needs the database is loaded when it is asked for. */
const operate = (): Promise<typeof import('./operate.js')> => import('./operate.js');

/** The commands about the log for whoever keeps it: they need the hub's settings, keys and database, or its API. */
export function addLogKeeping(log: Command): void {
  log
    .command('export')
    .description(
      'write the whole log as files, in the layout that "log verify" reads, straight from the database',
    )
    .argument('<folder>', 'where to; what an earlier export left there is kept and added to')
    .action(async (folder: string) => {
      const { withLog } = await operate();
      const { exportLog, NotGrown } = await import('../audit/serve/export.js');
      try {
        const entries = await withLog(settings(), ({ log: served }) =>
          exportLog(served, folder, progressBar('files')),
        );
        tell(`${entries} entries.`);
      } catch (error) {
        if (error instanceof NotGrown || error instanceof FormatError) throw new CommandError(error.message);
        // A file's, not a connection's.
        const { path, code } = error as NodeJS.ErrnoException;
        if (path !== undefined && code !== undefined)
          throw new CommandError(
            `${folder} cannot be written (${code}). Give a folder with room for the log.`,
          );
        throw error;
      }
    });

  log
    .command('fsck')
    .description(
      'compare log and database both ways: every act has its leaf, every leaf its act, and both say the same; and check the cosignatures',
    )
    .action(async () => {
      const { withLog } = await operate();
      const { fsck } = await import('../audit/fsck/fsck.js');
      await withLog(settings(), async ({ db, key, witnesses, openings }) => {
        const faults = fsck({ db, key, witnesses, openings, progress: progressBar('rows') });
        let found = 0;
        for (;;) {
          const next = await faults.next();
          if (next.done) {
            const { entries, keyGone, unknownWitnesses } = next.value;
            for (const [witness, count] of unknownWitnesses)
              tell(
                `${count} cosignatures of ${visible(witness)} cannot be checked: log.witnesses does not name it.`,
              );
            if (keyGone > 0)
              tell(`${keyGone} entries cannot be opened any more: their youths' keys are gone.`);
            if (found > 0) throw new CommandError(`Log and database differ: ${found} findings.`);
            await print(`Log and database agree: ${entries} entries.`);
            return;
          }
          found += 1;
          await print(visible(`${next.value.subject}: ${next.value.fault}`));
        }
      });
    });

  log
    .command('youth')
    .description(
      "print one file that proves each disclosure of a youth's data without the hub; the birth number is read from standard input",
    )
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .option('--agency <orgnr>', 'the county that asks; the first of the directory file where it is left out')
    .addHelpText('after', '\nExample: stafett log youth --reason "Innsyn" < number.txt > disclosures.json')
    .action(async ({ reason, agency }: { reason: string; agency?: string }) => {
      const nationalId = (await textOf(process.stdin)).trim();
      const client = clientFor(settings(), agency);
      const receipts: unknown[] = [];
      const agencies = new Map<unknown, unknown>();
      for (let after: unknown, more = true; more;) {
        const page = await client.must('POST', '/v1/audit/disclosure-proofs', {
          nationalId,
          reason,
          ...(after !== undefined && { after }),
        });
        receipts.push(...(page['receipts'] as unknown[]));
        for (const one of page['agencies'] as { id: string }[]) agencies.set(one.id, one);
        [after, more] = [page['cursor'], page['more'] === true];
        if (!more)
          await print(
            JSON.stringify({ key: page['key'], receipts, agencies: [...agencies.values()] }, undefined, 2),
          );
      }
      tell(`${receipts.length} disclosures.`);
    });
}

async function textOf(stream: AsyncIterable<string | Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
