import { execFileSync } from 'node:child_process';
import fc from '../support/properties.js';
import { syntheticYouths } from '../../src/cli/youths.js';
import { judgeBirthNumber } from '../../src/common/birth-number.js';
import { isDay } from '../../src/common/days.js';
import { projectFolder } from '../../src/config/load.js';
import { stafett } from './run.js';

const now = new Date('2026-11-24T12:00:00Z');
const homes = ['0501', '0502', '0538'];
const some = (count: number, seed: number, at = now) => [...syntheticYouths(count, seed, at, homes)];

function ageOn(at: Date, birthDate: string): number {
  const today = at.toISOString().slice(0, 10);
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return birthDate.slice(5) > today.slice(5) ? years - 1 : years;
}

describe('synthetic youths', () => {
  it('have numbers of the test population with valid check digits, of their day of birth, and are 15 to 21', () => {
    const day = fc.date({ min: new Date('2024-01-01'), max: new Date('2031-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), day, (seed, date) => {
        const at = new Date(`${date.toISOString().slice(0, 10)}T12:00:00Z`);
        for (const { nationalId, birthDate } of some(20, seed, at)) {
          expect(judgeBirthNumber(nationalId)).toBe('synthetic');
          expect(isDay(birthDate)).toBe(true);
          const [year = '', month, dayOfMonth = ''] = birthDate.split('-');
          expect(nationalId.slice(0, 6)).toBe(`${dayOfMonth}${Number(month) + 80}${year.slice(2)}`);
          expect(ageOn(at, birthDate)).toBeGreaterThanOrEqual(15);
          expect(ageOn(at, birthDate)).toBeLessThanOrEqual(21);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are the same ones for the same seed, all year, and others for another', () => {
    expect(some(500, 7)).toEqual(some(500, 7));
    expect(some(500, 7)).toEqual(some(500, 7, new Date('2026-01-01T12:00:00Z')));
    const first = new Set(some(500, 7).map(({ nationalId }) => nationalId));
    expect(some(500, 8).filter(({ nationalId }) => first.has(nationalId)).length).toBeLessThan(5);
  });

  it('give a longer list that begins with the shorter one', () => {
    expect(some(50, 3)).toEqual(some(500, 3).slice(0, 50));
  });

  it('are more than a million different people, of whom none ever has two names or two homes; then they run out', () => {
    const told = execFileSync(
      process.execPath,
      ['--import', './test/support/typescript.mjs', 'test/cli/every-youth.ts', now.toISOString(), ...homes],
      { cwd: projectFolder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
    );
    const { made, different, ...rest } = JSON.parse(told) as { made: number; different: number };
    expect(different).toBe(made);
    expect(different).toBeGreaterThan(1_000_000);
    expect(rest).toEqual({
      unmet: 0,
      changed: 0,
      end: expect.stringMatching(/^There are only \d+ synthetic numbers/) as string,
    });
  });
});

describe('stafett youth', () => {
  it('prints them one a line, as data.youth of an event has them', async () => {
    const { code, stdout, stderr } = await stafett(['youth', '--count', '3', '--seed', '1']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(JSON.parse(line)).toEqual({
        nationalId: expect.stringMatching(/^\d{11}$/),
        givenName: expect.any(String),
        familyName: expect.any(String),
        birthDate: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
        homeMunicipality: expect.stringMatching(/^\d{4}$/),
      });
    expect((await stafett(['youth', '--count', '3', '--seed', '1'])).stdout).toBe(stdout);
  });
});
