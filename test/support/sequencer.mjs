import TestSequencer from '@jest/test-sequencer';

/** They start processes one after another: begun last, one of them would run alone while the other worker has nothing to do. */
const slowest = [
  'test/crash/faults',
  'test/crash/kill',
  'test/crash/queue',
  'test/crash/stop',
  'test/audit/killing',
  'test/audit/export',
  'test/audit/cosigning',
  'test/bench/command',
];

/** Where Jest has timed the files before it knows better than by their size; a fresh clone has no times. */
export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = slowest.findIndex((name) => path.includes(name));
      return at < 0 ? slowest.length : at;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
