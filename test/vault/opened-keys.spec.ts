import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { OpenedKeys } from '../../src/vault/opened-keys.js';

const fresh = (): { key: Buffer; auditKey: Buffer } => ({ key: randomBytes(32), auditKey: randomBytes(32) });

it('gives what was put there under the same name, and nothing under another', () => {
  const keys = new OpenedKeys();
  const one = fresh();
  keys.put('one', one);
  expect(keys.get('one')).toMatchObject(one);
  expect(keys.get('two')).toBeUndefined();
});

it('holds no memory that others use', () => {
  const keys = new OpenedKeys();
  keys.put('one', { key: Buffer.from('a'.repeat(32)), auditKey: Buffer.from('b'.repeat(32)) });
  expect(keys.get('one')?.key.buffer.byteLength).toBe(64);
});

it('keeps so many and no more: the oldest goes first', () => {
  const keys = new OpenedKeys(3);
  for (const name of ['one', 'two', 'three', 'one', 'four']) keys.put(name, fresh());
  expect(keys.size).toBe(3);
  expect(keys.get('two')).toBeUndefined();
  for (const name of ['three', 'one', 'four']) expect(keys.get(name)).toBeDefined();
});

it('gives none that is older than a minute, however often it was asked for', () => {
  let now = 0;
  const keys = new OpenedKeys(3, () => now);
  keys.put('one', fresh());
  for (now = 0; now < 60_000; now += 1000) expect(keys.get('one')).toBeDefined();
  expect(keys.get('one')).toBeUndefined();
});

it('lets go of each after a minute though nobody asks', () => {
  jest.useFakeTimers();
  try {
    const keys = new OpenedKeys(10, () => Date.now());
    keys.put('one', fresh());
    jest.advanceTimersByTime(40_000);
    keys.put('two', fresh());
    jest.advanceTimersByTime(20_000);
    expect(keys.size).toBe(1);
    expect(keys.get('two')).toBeDefined();
    jest.advanceTimersByTime(40_000);
    expect(keys.size).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});
