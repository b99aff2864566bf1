import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startHub } from '../../src/hub.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { draft, first, type Draft } from './examples.js';

let hub: TestHub;
const folder = mkdtempSync(join(tmpdir(), 'stafett-directory-'));
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

const named = (name: string): Draft => {
  const file = draft();
  first(file, 'school')['name'] = name;
  return file;
};
const name = async (): Promise<string> => {
  const { body } = await hub.as(agencies.county).call('GET', '/v1/agencies?kind=school&limit=500');
  return body.items.find(({ orgNumber }: { orgNumber: string }) => orgNumber === '310200018').name as string;
};
/** What a hub that is started beside with this file, or with the example, leaves in the directory. */
async function startedWith(file?: Draft): Promise<string> {
  const path = join(folder, 'directory.yaml');
  if (file) writeFileSync(path, `# Another comment each time: ${Math.random()}\n${stringify(file)}`);
  const config = file ? { ...hub.config, directory: { file: path } } : hub.config;
  const another = await startHub(config, { appUrl: hub.database.appUrl, docs: false });
  await another.stop();
  return name();
}

it('keeps at a start what a county has changed, until the operator’s file is another one', async () => {
  const example = await name();
  const put = await hub.as(agencies.county).call('PUT', '/v1/directory', named('Etter fylket'));
  expect(put.body).toMatchObject({ changed: 1 });
  expect(await startedWith()).toBe('Etter fylket');
  expect(await startedWith(draft())).toBe('Etter fylket');
  expect(await startedWith(named('Etter filen'))).toBe('Etter filen');
  expect(await startedWith(named('Etter filen'))).toBe('Etter filen');
  // Back to the file before.
  expect(await startedWith()).toBe(example);
});
