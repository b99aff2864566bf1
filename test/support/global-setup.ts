import { execFileSync } from 'node:child_process';
import type { TestServer } from './test-server.js';

/** One server for the whole run, with a migrated template that every test file clones (database.ts). Its addresses go through the environment. */
export default function setup({ rootDir }: { rootDir: string }): void {
  const command = [
    '--import',
    './test/support/typescript.mjs',
    'test/support/test-server.ts',
    'start',
    String(process.pid),
  ];
  const printed = execFileSync(process.execPath, command, {
    cwd: rootDir,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const server = JSON.parse(printed) as TestServer;
  process.env['STAFETT_TEST_FOLDER'] = server.folder;
  process.env['STAFETT_TEST_SUPER_URL'] = server.superUrl;
  process.env['STAFETT_TEST_OWNER_URL'] = server.ownerUrl;
  process.env['STAFETT_TEST_APP_URL'] = server.appUrl;
}
