import { isWanted, judge, reaches } from '../../bench/figure.js';
import { figures } from '../../bench/figures/index.js';
import { readStatus } from '../../bench/hub/memory.js';
import { defaults } from '../../bench/options.js';
import { help, table } from '../../bench/report.js';

const limits = { p50: 25, p99: 150 };

describe('what is told of a run', () => {
  it('takes a number for the least that a ratio may be, and named values for the most', () => {
    expect(reaches({ ratio: 1.2 }, 1.2)).toBe(true);
    expect(reaches({ ratio: 1.19 }, 1.2)).toBe(false);
    expect(reaches({ p50: 25, p99: 150 }, limits)).toBe(true);
    expect(reaches({ p50: 3, p99: 151 }, limits)).toBe(false);
    expect(reaches({ ratio: 0.1 }, null)).toBe(true);
    expect(reaches({ skipped: 'not here' }, 1.2)).toBe(true);
  });

  it('takes no value for not reached, rather than for reached', () => {
    expect(reaches({}, 1)).toBe(false);
    expect(reaches({ p50: NaN, p99: 1 }, limits)).toBe(false);
    expect(reaches({ p50: 1 }, limits)).toBe(false);
  });

  it('gives every figure its must, its aim and whether the must is met', () => {
    expect(judge({ must: 2, aim: 4 }, { ratio: 3 })).toEqual({ ratio: 3, must: 2, aim: 4, met: true });
  });

  it('prints a row for each figure, with its verdict', () => {
    const text = table({
      machine: 'a machine',
      date: '2026-11-24',
      commit: 'abc',
      figures: {
        pull: judge({ must: 2, aim: 4 }, { ratio: 3, perSecond: 9000 }),
        latency: judge({ must: limits, aim: limits }, { p50: 9, p99: 200 }),
        memory: judge({ must: { peakMiB: 400 }, aim: { peakMiB: 300 } }, { peakMiB: 280 }),
        redis: judge({ must: null, aim: null }, { skipped: 'redis-server is not installed' }),
      },
    });
    const row = (name: string): string => text.split('\n').find((line) => line.startsWith(name)) ?? '';
    expect(text).toMatch(/^a machine · 2026-11-24 · abc\n/);
    expect(row('pull')).toMatch(/3 +9000 +≥ 2 +≥ 4 +must$/);
    expect(row('latency')).toMatch(/9 +200 +p50 ≤ 25, p99 ≤ 150 .*NOT MET$/);
    expect(row('memory')).toMatch(/peakMiB 280 +peakMiB ≤ 400 +peakMiB ≤ 300 +aim$/);
    expect(row('redis')).toMatch(/skipped: redis-server is not installed$/);
  });

  it('names every figure in --help', () => {
    const text = help(figures, defaults);
    for (const { name, what } of figures)
      expect(text.split('\n').some((line) => line.startsWith(`  ${name} `) && line.endsWith(what))).toBe(
        true,
      );
  });

  it('measures what takes a quarter of an hour only where it is named, and says so in --help', () => {
    const [large] = figures.filter(({ onRequest }) => onRequest);
    expect(large?.name).toBe('audit.large');
    const all = figures.filter((figure) => isWanted(figure, undefined)).map(({ name }) => name);
    expect(all).toEqual(figures.map(({ name }) => name).filter((name) => name !== 'audit.large'));
    expect(figures.filter((figure) => isWanted(figure, ['pull', 'audit.large']))).toHaveLength(2);
    expect(help(figures, defaults).split('Only where --only names it:')[1]?.trim()).toMatch(
      /^audit\.large .*$/,
    );
  });

  it('has every figure that is asked of the log, each with what it must and should reach', () => {
    const goals = figures
      .filter(({ name }) => name.startsWith('audit.'))
      .map(({ name, must, aim }) => [name, must, aim]);
    expect(Object.fromEntries(goals.map(([name, must]) => [name, must]))).toEqual({
      'audit.lag': { p99: 2000 },
      'audit.endToEnd': 0.8,
      'audit.seal': 5,
      'audit.verify': { seconds: 30 },
      'audit.ingest': { moves: 1.1 },
      'audit.large': { questionsP95: 100, proofsP95: 20 },
    });
    expect(goals.every(([, , aim]) => aim !== null)).toBe(true);
  });

  it('reads the resident memory out of what Linux tells of a process', () => {
    expect(readStatus('VmHWM:\t  300000 kB\nVmRSS:\t  204800 kB\n')).toBe(204_800);
    expect(readStatus('Name:\tnode\n')).toBeUndefined();
  });
});
