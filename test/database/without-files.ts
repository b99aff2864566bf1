import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUp } from '../../src/database/postmaster.js';
import { identityOf } from '../../src/database/processes.js';

/** Says whether a process and a server live, which do (itself), as long as it may open no more files and then. For embedded.spec.ts. */
const folder = mkdtempSync(join(tmpdir(), 'stafett-without-files-'));
mkdirSync(join(folder, 'data'));
writeFileSync(join(folder, 'data/postmaster.pid'), `${process.pid}\n\n\n5432\n\n\n\nready\n`);
const cluster = { folder, bin: '', as: {}, settings: {} };
const answer = (lives: () => boolean): boolean | string => {
  try {
    return lives();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
};
const ask = (): unknown[] => [
  answer(() => identityOf(process.pid) !== undefined),
  answer(() => isUp(cluster)),
];

const open: number[] = [];
try {
  for (;;) open.push(openSync('/dev/null', 'r'));
} catch {
  // As many as the limit lets.
}
const without = ask();
for (const file of open) closeSync(file);
process.stdout.write(JSON.stringify({ without, with: ask() }));
rmSync(folder, { recursive: true });
