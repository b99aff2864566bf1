/**
 * Makes sure that everything is installed and built before a command runs. Plain Node: it must run in a fresh clone, where
 * nothing is installed. Messages go to stderr, because some commands print data on stdout.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => join(root, ...parts);

export const say = (text) => process.stderr.write(`${text}\n`);

/** Ends the command with one line. */
export function giveUp(text) {
  say(text);
  process.exit(1);
}

/** The oldest Node that can run this: require() of ES modules, which some packages are, came with 20.19. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  giveUp(
    `Stafett needs Node 20.19 or newer; this is ${process.versions.node}. Get it from https://nodejs.org or with your version manager.`,
  );
}

/** Installs the packages where they are missing or package-lock.json has changed since. */
export function install() {
  const stamp = inRoot('node_modules/.stafett-installed');
  const wanted = hashOf([inRoot('package-lock.json')]);
  if (readIfThere(stamp) === wanted) return;
  if (!existsSync(stamp) && installedByHand()) {
    writeFileSync(stamp, wanted);
    return;
  }
  say('Installing packages (npm ci), about a minute the first time …');
  run(
    ...npm('ci', '--include=dev', '--no-audit', '--no-fund'),
    'Installing failed: see what npm says above. It needs the npm registry, and about 500 MB of disk.',
  );
  writeFileSync(stamp, wanted);
}

/** npm writes a lock file of its own into node_modules when it is done. */
function installedByHand() {
  const own = inRoot('node_modules/.package-lock.json');
  return existsSync(own) && statSync(own).mtimeMs >= statSync(inRoot('package-lock.json')).mtimeMs;
}

/** Builds dist where the sources have changed since. Compares contents (15 ms for all sources), as a checkout changes times. */
export function build() {
  const stamp = inRoot('dist/.stafett-built');
  const sources = [...filesIn(inRoot('src')), ...filesIn(inRoot('migrations'))];
  const wanted = hashOf([
    ...sources,
    ...['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'].map((name) =>
      inRoot(name),
    ),
  ]);
  const built = readIfThere(stamp);
  if (built === wanted) return;
  say('Building …');
  // Without a stamp an earlier build was cut off, and what the compiler noted about it cannot be trusted.
  if (built === undefined) rmSync(inRoot('dist'), { recursive: true, force: true });
  rmSync(stamp, { force: true });
  run(
    process.execPath,
    [inRoot('node_modules/@nestjs/cli/bin/nest.js'), 'build'],
    'Building failed: see the messages above.',
  );
  mkdirSync(inRoot('dist'), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** npm as this machine has it: the one that started us, else the one on the path. */
function npm(...args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return [process.execPath, [script, ...args]];
  return process.platform === 'win32' ? ['cmd.exe', ['/c', 'npm', ...args]] : ['npm', args];
}

function run(command, args, failure) {
  // What they print goes to stderr, as our own messages do.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error?.code === 'ENOENT')
    giveUp(`${command} is not installed. Stafett needs Node 20.19 or newer with npm.`);
  if (status !== 0) giveUp(failure);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
