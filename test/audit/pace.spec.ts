import { paceOf } from '../../src/audit/seal/pace.js';

const settings = { maxBehindMinutes: 10, batchEntries: 4096 };
const backlog = { tookMs: 40, waitedSeconds: 20 };

it('leaves three quarters of the time to what else a busy process does, in small rounds', () => {
  expect(paceOf(backlog, 0.9, settings)).toEqual({ pauseMs: 120, entries: 1024 });
  expect(paceOf(backlog, 0.9, { ...settings, batchEntries: 100 })).toEqual({ pauseMs: 120, entries: 100 });
});

it('seals a backlog nearly without pauses where there is nothing else to do', () => {
  expect(paceOf(backlog, 0.1, settings)).toEqual({ pauseMs: 10, entries: 4096 });
});

it('never pauses for more than a second, however long a round took', () => {
  expect(paceOf({ ...backlog, tookMs: 5000 }, 0.9, settings).pauseMs).toBe(1000);
});

it('gives way to nothing once the oldest entry has waited for half of what may be', () => {
  expect(paceOf({ ...backlog, waitedSeconds: 301 }, 0.9, settings)).toEqual({ pauseMs: 0, entries: 4096 });
  expect(paceOf({ ...backlog, waitedSeconds: 299 }, 0.9, settings).pauseMs).toBe(120);
});
