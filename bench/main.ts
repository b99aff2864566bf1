import { Bench } from './bench.js';
import { judge, type Judged } from './figure.js';
import { figures } from './figures/index.js';
import { commit, machine } from './machine.js';
import { defaults, OptionError, readOptions, type Options } from './options.js';
import { Progress } from './progress.js';
import { help, table } from './report.js';

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
  progress.say('starting Postgres');
  const bench = await Bench.start(options, progress.say);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      progress.end();
      void bench.close().finally(() => process.exit(130));
    });
  try {
    const measured: Record<string, Judged> = {};
    for (const figure of figures) {
      if (options.only && !options.only.includes(figure.name)) continue;
      progress.say(figure.name);
      measured[figure.name] = judge(figure, await figure.measure(bench));
    }
    progress.say('checking that nothing is lost');
    await bench.finishAll();
    progress.end();
    const report = {
      machine: machine(bench.postgres.version),
      date: new Date().toISOString(),
      commit: commit(),
      figures: measured,
    };
    process.stdout.write(`${options.json ? JSON.stringify(report) : table(report)}\n`);
    return 0;
  } catch (error) {
    progress.end();
    process.stderr.write(
      `bench: ${error instanceof Error ? error.stack : String(error)}\n${bench.lastWords()}\n`,
    );
    await bench.close();
    return 1;
  }
}
