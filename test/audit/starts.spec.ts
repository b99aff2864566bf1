import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedSettings, settingsInForce } from '../../src/audit/starts.js';
import { startHub } from '../../src/hub.js';
import { asAdmin, createDatabase } from '../support/database.js';
import { testConfig } from '../support/hub.js';

it('tells the log the settings at the first start, and later what has changed, and each root key once', async () => {
  const database = await createDatabase();
  const data = mkdtempSync(join(tmpdir(), 'stafett-starts-'));
  try {
    const config = testConfig(data);
    const start = async (batchSize: number): Promise<void> => {
      const changed = { ...config, dispatch: { ...config.dispatch, batchSize } };
      await (await startHub(changed, { appUrl: database.appUrl, docs: false })).stop();
    };
    for (const size of [500, 500, 400]) await start(size);
    const { rows } = await asAdmin(database.superUrl, (admin) =>
      admin.query(
        `select act, detail from stafett.entry_detail where act in ('settings-changed', 'key-added') order by id`,
      ),
    );
    const settings = rows.filter(({ act }) => act === 'settings-changed').map(({ detail }) => detail);
    expect(settings[0].settings).toContain('dispatch.batchSize=500');
    expect(settings.slice(1)).toMatchObject([{ changed: ['dispatch.batchSize'] }]);
    expect(
      rows
        .filter(({ act }) => act === 'key-added')
        .map(({ detail }) => detail.key)
        .sort(),
    ).toEqual(['encryption-1', 'index', 'log']);
  } finally {
    await database.drop();
    rmSync(data, { recursive: true, force: true });
  }
});

it('names what differs, came or went', () => {
  expect(changedSettings(['a.x=1', 'a.y="b"', 'a.z=1'], ['a.x=2', 'a.y="b"', 'b.x=1'])).toEqual([
    'a.x',
    'a.z',
    'b.x',
  ]);
});

it('tells no secret, and nothing that each process has for itself', () => {
  const text = settingsInForce({
    ...testConfig('x'),
    database: {
      url: 'postgres://a:secret@b/c',
      ownerUrl: '',
      poolSize: 2,
      connectTimeoutMs: 1,
      statementTimeoutMs: 1,
    },
    queue: { url: 'redis://:secret@b', lanes: 1, sweepAfterSeconds: 1 },
  }).join('\n');
  expect(text).toContain('queue.lanes=1');
  expect(text).not.toMatch(/secret|process\.|http\.port/);
});
