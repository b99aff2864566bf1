import { Bench } from './bench.js';
import { Cleanup } from './cleanup.js';
import { isWanted, judge, type Judged } from './figure.js';
import { figures } from './figures/index.js';
import { commit, machine } from './machine.js';
import { defaults, OptionError, readOptions, type Options } from './options.js';
import { Progress } from './progress.js';
import { help, table, type Report } from './report.js';

/** As a shell reports a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** What a run has come to so far. */
interface Done {
  /** PostgreSQL's version, once it runs. */
  postgres: string;
  readonly figures: Record<string, Judged>;
}

/** @returns the exit code: 0 when everything was measured and nothing was lost, whatever the figures say */
export async function main(argv: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(
      argv,
      figures.map(({ name }) => name),
    );
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 1;
  }
  if (options.help) {
    process.stdout.write(`${help(figures, defaults)}\n`);
    return 0;
  }
  return run(options);
}

async function run(options: Options): Promise<number> {
  const progress = new Progress();
  const cleanup = new Cleanup();
  const done: Done = { postgres: '', figures: {} };
  // Not once: a second Ctrl-C must not cut the cleaning up.
  const ended = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        progress.end();
        void cleanup.run().then(() => resolve(INTERRUPTED));
      });
  });
  const code = await Promise.race([measure(options, cleanup, progress, done), ended]);
  const count = Object.keys(done.figures).length;
  // For who gave a run of a quarter of an hour ten minutes. Hubs that were still running have not been asked for all that they took.
  if (code === INTERRUPTED)
    process.stderr.write(
      `bench: interrupted after ${count} ${count === 1 ? 'figure' : 'figures'}, before all that was sent had come out\n`,
    );
  if (code === 0 || (code === INTERRUPTED && count > 0)) print(options, done);
  return code;
}

/** @returns the exit code, when everything that was started has been stopped */
async function measure(options: Options, cleanup: Cleanup, progress: Progress, done: Done): Promise<number> {
  let bench: Bench | undefined;
  try {
    progress.say('starting Postgres');
    bench = await Bench.start(options, cleanup, progress.say);
    done.postgres = bench.postgres.version;
    for (const figure of figures) {
      if (!isWanted(figure, options.only)) continue;
      progress.say(figure.name);
      done.figures[figure.name] = judge(figure, await figure.measure(bench));
    }
    await bench.finishAll();
    progress.end();
    return 0;
  } catch (error) {
    if (cleanup.begun) return cleanup.run().then(() => INTERRUPTED);
    progress.end();
    process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.stderr.write(`${bench?.lastWords() ?? ''}\n`);
    await cleanup.run();
    return 1;
  }
}

function print({ json }: Options, { postgres, figures: measured }: Done): void {
  const report: Report = {
    machine: machine(postgres),
    date: new Date().toISOString(),
    commit: commit(),
    figures: measured,
  };
  process.stdout.write(`${json ? JSON.stringify(report) : table(report)}\n`);
}
