/** `npm test`: installs and builds what is missing, says what this machine lacks, runs Jest. Arguments go to Jest. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { build, checkNode, giveUp, install, root, say } from './prepare.mjs';

/** Programs that tests use beside Node. `used`: a test is skipped without it, so CI must have it. */
const programs = [
  { command: 'redis-server', package: 'redis-server', used: true, what: 'the tests of the queue on Redis' },
  { command: 'softhsm2-util', package: 'softhsm2', used: false, what: 'the tests with keys in an HSM' },
  { command: 'chromium', package: 'chromium', used: false, what: 'the tests of the pages in a browser' },
];

/** Jest's report; .ci/run counts from it. */
const report = join(root, 'node_modules/.cache/stafett/jest.json');

checkNode();
const missing = programs.filter((program) => program.used && !isThere(program.command));
// For .ci/run, which installs them.
if (process.argv[2] === '--missing-packages') {
  for (const { package: name } of missing) console.log(name);
  process.exit(0);
}
install();

if (missing.length > 0) {
  for (const { command, what } of missing) say(`${command} is not installed: ${what} are skipped.`);
  const how = `apt-get install ${missing.map((program) => program.package).join(' ')}`;
  if (process.env.CI === 'true') giveUp(`CI may skip nothing. Install what is missing: ${how}`);
  say(`To run them too: ${how}`);
}

// Several test files start the built hub or bench; each would build on its own, and two builds at once leave half of each.
build();
mkdirSync(dirname(report), { recursive: true });
// Jest runs ES modules only with this flag; what Node says about it is no news to anybody.
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const tests = spawn(
  process.execPath,
  [
    ...flags,
    join(root, 'node_modules/jest/bin/jest.js'),
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${flags.join(' ')}`.trim() },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => tests.kill(signal));
const status = await new Promise((resolve) => tests.once('close', resolve));
// Jest was ended by a signal, and does not end its database then.
if (status === null)
  spawnSync(
    process.execPath,
    ['--import', './test/support/typescript.mjs', 'test/support/test-server.ts', 'sweep'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
process.exit(status ?? 1);

function isThere(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
