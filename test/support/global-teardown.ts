import { execFileSync } from 'node:child_process';

/** Ends the run's server and removes its folder. */
export default function teardown({ rootDir }: { rootDir: string }): void {
  const folder = process.env['STAFETT_TEST_FOLDER'];
  if (!folder) return;
  execFileSync(
    process.execPath,
    ['--import', './test/support/typescript.mjs', 'test/support/test-server.ts', 'stop', folder],
    {
      cwd: rootDir,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
}
