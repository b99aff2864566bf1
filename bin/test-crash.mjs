/**
 * `npm run test:crash`: the crash and fault tests for longer than `npm test` has time for, one file after the other. A number
 * says how many seconds each test's load lasts (default 20; 20 is about half an hour, for every step is killed at). The rest
 * goes to Jest: `npm run test:crash -- 60 test/crash/kill.spec.ts`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const [first, ...others] = process.argv.slice(2);
const isNumber = /^\d+$/.test(first ?? '');
const rest = isNumber || first === undefined ? others : [first, ...others];
const reporters = ['default', join(root, 'bin/each-test.mjs')].map((reporter) => `--reporters=${reporter}`);
const { status } = spawnSync(
  process.execPath,
  [join(root, 'bin/test.mjs'), ...(rest.length > 0 ? rest : ['test/crash']), '--runInBand', ...reporters],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      STAFETT_CRASH_SECONDS: isNumber ? first : (process.env.STAFETT_CRASH_SECONDS ?? '20'),
    },
  },
);
process.exit(status ?? 1);
