import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import type { ControllerId, YouthId } from '../../src/common/ids.js';
import { OpenedKeys, type WrappedKey, type YouthKey } from '../../src/vault/opened-keys.js';

const fresh = (): YouthKey => ({ key: randomBytes(32), auditKey: randomBytes(32) });
const ofYouth = (id: string): WrappedKey => ({
  id: id as YouthId,
  controllerId: 'a county' as ControllerId,
  kekId: 'first',
  wrapped: Buffer.from(`wrapped key of ${id}`),
});

it('gives what was put there for the same bytes, and nothing for another youth', () => {
  const keys = new OpenedKeys();
  const one = fresh();
  keys.put(ofYouth('one'), one);
  expect(keys.get(ofYouth('one'))).toMatchObject(one);
  expect(keys.get(ofYouth('two'))).toBeUndefined();
});

it.each<[string, Partial<WrappedKey>]>([
  ['another controller', { controllerId: 'another' as ControllerId }],
  ['another encryption key', { kekId: 'second' }],
  ['other bytes', { wrapped: Buffer.from('wrapped key of two') }],
  ['fewer bytes', { wrapped: Buffer.from('wrapped key of') }],
  ['none, as the key was destroyed', { wrapped: Buffer.alloc(0) }],
])('gives nothing where the row that was just read has %s', (_, changed) => {
  const keys = new OpenedKeys();
  keys.put(ofYouth('one'), fresh());
  expect(keys.get({ ...ofYouth('one'), ...changed })).toBeUndefined();
});

it('holds no memory that others use', () => {
  const keys = new OpenedKeys();
  const stored = ofYouth('one');
  keys.put(stored, { key: Buffer.from('a'.repeat(32)), auditKey: Buffer.from('b'.repeat(32)) });
  expect(keys.get(stored)?.key.buffer.byteLength).toBe(64 + stored.wrapped.length);
  stored.wrapped.fill(0);
  expect(keys.get(ofYouth('one'))).toBeDefined();
});

it('keeps so many and no more: the oldest go first', () => {
  const keys = new OpenedKeys(4);
  for (const id of ['one', 'two', 'three', 'four', 'five']) keys.put(ofYouth(id), fresh());
  expect(keys.size).toBeLessThanOrEqual(4);
  for (const id of ['one', 'two']) expect(keys.get(ofYouth(id))).toBeUndefined();
  for (const id of ['three', 'four', 'five']) expect(keys.get(ofYouth(id))).toBeDefined();
});

it('gives none that is older than a minute, however often it was asked for', () => {
  let now = 0;
  const keys = new OpenedKeys(4, () => now);
  keys.put(ofYouth('one'), fresh());
  for (now = 0; now < 60_000; now += 1000) expect(keys.get(ofYouth('one'))).toBeDefined();
  expect(keys.get(ofYouth('one'))).toBeUndefined();
});

it('lets go of each after a minute though nobody asks', () => {
  jest.useFakeTimers();
  try {
    const keys = new OpenedKeys(10, () => Date.now());
    keys.put(ofYouth('one'), fresh());
    jest.advanceTimersByTime(40_000);
    keys.put(ofYouth('two'), fresh());
    jest.advanceTimersByTime(20_000);
    expect(keys.size).toBe(1);
    expect(keys.get(ofYouth('two'))).toBeDefined();
    jest.advanceTimersByTime(40_000);
    expect(keys.size).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});
