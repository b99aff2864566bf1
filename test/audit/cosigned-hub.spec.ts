import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  formatVerifierKey,
  httpSource,
  newSignerKey,
  openCheckpoint,
  parseVerifierKey,
  verifyLog,
  type VerifierKey,
} from '../../src/audit/verify/index.js';
import { stafett } from '../cli/run.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { TestWitness } from '../support/witnesses.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
let witnesses: TestWitness[];
let key: VerifierKey;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stafett-proof-'));
  // A hub makes its key at its first start, and the witnesses are told it then.
  const logs: VerifierKey[] = [];
  witnesses = await Promise.all(
    ['one.witness.example', 'two.witness.example'].map((name) => TestWitness.start(name, logs)),
  );
  hub = await startTestHub((config) => ({
    ...config,
    log: {
      ...config.log,
      checkpointMs: 50,
      witnesses: witnesses.map((one) => ({ vkey: formatVerifierKey(one.key), url: one.url })),
      quorum: 2,
    },
  }));
  key = parseVerifierKey((await hub.as(agencies.school).call('GET', '/v1/log/key')).text.trimEnd());
  logs.push(key);
});
afterAll(async () => {
  await hub.close();
  for (const one of witnesses) await one.end();
  rmSync(folder, { recursive: true });
});

/** The text of a proof, as soon as the hub gives it. */
async function proofOf(path: string): Promise<string> {
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(50)) {
    const answer = await hub.as(agencies.school).call('GET', path);
    if (answer.status === 200) return answer.text;
    expect([answer.body.code, answer.body.retry]).toEqual(['entry-not-sealed', true]);
  }
  throw new Error('no proof after 10 s');
}

it('has its log cosigned, and proves with one file by the word of two witnesses', async () => {
  const school = hub.as(agencies.school);
  const recordId = await school.send(
    school.event('education-interrupted', dataOf('education-interrupted', newYouth())),
  );
  const { items } = (await hub.as(agencies.county).call('GET', `/v1/audit/entries?record=${recordId}`)).body;
  const file = join(folder, 'entry.tlog-proof');
  writeFileSync(file, await proofOf(items[0].proof));
  const vkeys = witnesses.map((one) => formatVerifierKey(one.key));
  const trust = ['--key', formatVerifierKey(key), ...vkeys.flatMap((vkey) => ['--witness', vkey])];
  const { code, stdout } = await stafett(['log', 'proof', file, ...trust]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Proven: entry \d+ of .*\nCosigned by one\.witness\.example at .*, two\.witness\./);
  expect(stdout).toContain(items[0].act);
  const stranger = formatVerifierKey(newSignerKey('three.witness.example', 'cosignature'));
  const refused = await stafett(['log', 'proof', file, ...trust, '--witness', stranger]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('2 of the witnesses')]);
  const lowered = await stafett(['log', 'proof', file, ...trust, '--witness', stranger, '--quorum', '2']);
  expect(lowered.code).toBe(0);
  writeFileSync(file, (await proofOf(items[0].proof)).replace(/index \d+/, 'index 0'));
  expect((await stafett(['log', 'proof', file, ...trust])).stderr).toContain('Not proven');
}, 20_000);

it('is whole for a verifier who trusts these witnesses, and not for one who asks for more', async () => {
  const keys = witnesses.map((one) => one.key);
  const source = httpSource(`${hub.url}/v1/log`, { token: await hub.token(agencies.county) });
  const { findings, checkpoint } = await verifyLog(source, { key, witnesses: keys, quorum: 2 });
  expect([findings, checkpoint?.signatures.length]).toEqual([[], 3]);
  const stranger = newSignerKey('three.witness.example', 'cosignature');
  const asked = { key, witnesses: [keys[0]!, stranger], quorum: 2 };
  expect((await verifyLog(source, asked)).findings).toEqual([
    { subject: 'checkpoint', fault: '1 of the witnesses have cosigned it, and 2 must.' },
  ]);
  const { text } = await hub.as(agencies.school).call('GET', '/v1/log/checkpoint');
  expect(openCheckpoint(text, key).origin).toBe(key.name);
}, 20_000);
