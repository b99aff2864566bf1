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
  // Not once: a second Ctrl-C must not cut the cleaning up.
  const ended = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        progress.end();
        void cleanup.run().then(() => resolve(INTERRUPTED));
      });
  });
  return Promise.race([measure(options, cleanup, progress), ended]);
}

async function measure(options: Options, cleanup: Cleanup, progress: Progress): Promise<number> {
  let bench: Bench | undefined;
  try {
    progress.say('starting Postgres');
    bench = await Bench.start(options, cleanup, progress.say);
    const measured: Record<string, Judged> = {};
    for (const figure of figures) {
      if (!isWanted(figure, options.only)) continue;
      progress.say(figure.name);
      measured[figure.name] = judge(figure, await figure.measure(bench));
    }
    await bench.finishAll();
    progress.end();
    const report: Report = {
      machine: machine(bench.postgres.version),
      date: new Date().toISOString(),
      commit: commit(),
      figures: measured,
    };
    process.stdout.write(`${options.json ? JSON.stringify(report) : table(report)}\n`);
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
