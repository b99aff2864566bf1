import TestSequencer from '@jest/test-sequencer';

/**
 * They take longest: begun last, one of them would run alone while the other workers have nothing to do. The first has hubs with
 * limits of a second, so what comes beside it waits more than it works.
 */
const slowest = [
  'test/crash/faults',
  'test/audit/killing',
  'test/audit/cosigning',
  'test/crash/kill',
  'test/crash/queue',
  'test/crash/stop',
  'test/audit/export',
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
