import 'reflect-metadata';
import { findType } from '../../src/catalogue/catalogue.js';
import { leavingReasons } from '../../src/catalogue/codes/education.js';
import { addDays, schoolYearOf, type Day } from '../../src/common/days.js';
import type { JsonObject } from '../../src/common/json.js';
import { validateData } from '../../src/catalogue/validate.js';
import { errorsIn, today } from './walk.js';

function typeOf(key: string) {
  const type = findType(key);
  if (!type) throw new Error(`no type ${key}`);
  return type;
}

/** What is wrong with the example of a day after a change, as `pointer code`. */
function errorsOf(key: string, change: JsonObject, day = today): string[] {
  const type = typeOf(key);
  return errorsIn(type, { ...type.example(day), ...change }, day).map(
    ({ pointer, code }) => `${pointer} ${code}`,
  );
}

describe('a measure grant', () => {
  const grant = (targetGroup: number, pupils: number, more: JsonObject = {}): string[] =>
    errorsOf('measure-grant', { participantCounts: { targetGroup, pupils }, ...more });

  it('is refused where it is for pupils only, because OT’s funds must not go to them alone', () => {
    expect(grant(0, 5)).toEqual(['/data/participantCounts pupils-only']);
    expect(grant(0, 1)).toEqual(['/data/participantCounts pupils-only']);
  });

  it('is refused where no one takes part', () => {
    expect(grant(0, 0)).toEqual(['/data/participantCounts too-few']);
  });

  it('is taken where one of the target group is among many pupils, and it says why', () => {
    expect(grant(1, 30)).toEqual([]);
  });

  it('says why pupils take part, and only then', () => {
    const { mixedBecause: _, ...unexplained } = typeOf('measure-grant').example(today);
    const given = (pupils: number, more: JsonObject = {}): string[] =>
      errorsIn(typeOf('measure-grant'), {
        ...unexplained,
        participantCounts: { targetGroup: 6, pupils },
        ...more,
      }).map(({ pointer, code }) => `${pointer} ${code}`);
    expect(given(2)).toEqual(['/data/mixedBecause required']);
    expect(given(0)).toEqual([]);
    expect(given(0, { mixedBecause: 'prevention' })).toEqual(['/data/mixedBecause not-applicable']);
  });

  it('says what the school puts in itself, if only nought', () => {
    expect(grant(6, 2, { schoolShare: 0 })).toEqual([]);
    const { schoolShare: _, ...without } = typeOf('measure-grant').example(today);
    expect(errorsIn(typeOf('measure-grant'), without)).toEqual([
      { pointer: '/data/schoolShare', code: 'required' },
    ]);
  });

  it('names no youth', () => {
    expect(typeOf('measure-grant').about).toBe('group');
    expect(errorsOf('measure-grant', { youth: {} })).toEqual(['/data unknown-field']);
  });
});

describe('an interruption', () => {
  const interrupted = (change: JsonObject, day = today): string[] =>
    errorsOf('education-interrupted', change, day);
  const at = (lastDay: Day, day = today): string[] => interrupted({ lastDay }, day);

  it('names its clarification conversation by its day, its record, or both', () => {
    const conversationRecord = '01a20ccb-3816-732a-941d-5d57bec778b4';
    expect(interrupted({ clarification: { heldOn: today } })).toEqual([]);
    expect(interrupted({ clarification: { conversationRecord } })).toEqual([]);
    expect(interrupted({ clarification: { conversationRecord, heldOn: today } })).toEqual([]);
  });

  it.each(['did-not-turn-up', 'youth-did-not-want', 'moved'])(
    'may give %s as the reason for no conversation',
    (noneBecause) => {
      expect(interrupted({ clarification: { noneBecause } })).toEqual([]);
    },
  );

  it('gives no other reason for none, not none at all, and not a reason beside a conversation', () => {
    expect(interrupted({ clarification: { noneBecause: 'no-time' } })).toEqual([
      '/data/clarification/noneBecause code',
    ]);
    expect(interrupted({ clarification: {} })).toEqual(['/data/clarification one-of']);
    expect(interrupted({ clarification: { heldOn: today, noneBecause: 'moved' } })).toEqual([
      '/data/clarification one-of',
    ]);
    const { clarification: _, ...without } = typeOf('education-interrupted').example(today);
    expect(errorsIn(typeOf('education-interrupted'), without)).toEqual([
      { pointer: '/data/clarification', code: 'required' },
    ]);
  });

  it('does not count a conversation that is still to come', () => {
    expect(interrupted({ clarification: { heldOn: addDays(today, 1) } })).toEqual([
      '/data/clarification/heldOn range',
    ]);
  });

  it.each(['2026-08-01', '2026-11-24', '2027-01-15', '2027-07-31'] as Day[])(
    'told of on %s may be dated back to the beginning of the school year, and no further',
    (day) => {
      const { first } = schoolYearOf(day);
      expect(at(first, day)).toEqual([]);
      expect(at(addDays(first, -1), day)).toEqual(['/data/lastDay range']);
    },
  );

  it('may be told of up to sixty days ahead', () => {
    expect(at(addDays(today, 60))).toEqual([]);
    expect(at(addDays(today, 61))).toEqual(['/data/lastDay range']);
  });

  const back = { returnsOn: addDays(today, 90) };
  it.each(leavingReasons.codes)(
    'with code %s is handed over to OT by default, unless the youth goes on elsewhere or comes back',
    (leavingReason) => {
      const goesOn = ['AP', 'AS', 'LA', 'PM', 'UV'].includes(leavingReason);
      expect(typeOf('education-interrupted').handOver?.({ leavingReason })).toBe(!goesOn);
    },
  );

  it.each(['PM', 'UV'])('with code %s says when the youth returns', (leavingReason) => {
    expect(interrupted({ leavingReason, ...back })).toEqual([]);
    expect(interrupted({ leavingReason })).toEqual(['/data/returnsOn required']);
    expect(interrupted({ leavingReason, returnsOn: today })).toEqual(['/data/returnsOn order']);
  });

  it('with any other code says nothing of a return', () => {
    expect(interrupted(back)).toEqual(['/data/returnsOn not-applicable']);
  });

  it.each(['IM', 'TN'])('with code %s is not of an ordinary school place', (leavingReason) => {
    expect(interrupted({ leavingReason })).toEqual(['/data/leavingReason not-applicable']);
    expect(interrupted({ leavingReason, kind: 'did-not-start' })).toEqual([]);
  });

  it('does not wait for notice in writing, but a notice has been given when it is told of', () => {
    const { writtenNoticeOn: _, ...without } = typeOf('education-interrupted').example(today);
    expect(errorsIn(typeOf('education-interrupted'), without)).toEqual([]);
    expect(interrupted({ writtenNoticeOn: addDays(today, 1) })).toEqual(['/data/writtenNoticeOn range']);
  });

  it('is the same event from two sources by youth, school and last day', () => {
    expect(typeOf('education-interrupted').sameEventBy).toEqual(['school', 'lastDay']);
  });

  it('is cancelled by a resumption that names it', () => {
    expect(typeOf('education-resumed').cancelsField).toBe('cancels');
    expect(
      errorsOf('education-resumed', {
        resumption: 'regretted',
        cancels: '01a20ccb-3816-732a-941d-5d57bec778b4',
      }),
    ).toEqual([]);
  });
});

describe('a youth', () => {
  const youth = typeOf('referral').example(today)['youth'] as JsonObject;

  it('is of the synthetic population in a test, and a real number is refused', () => {
    // Skatteetaten's published example of a number of 2032: no one has it. In parts, so that searches for numbers pass it by.
    const real = ['020132', '99997'].join('');
    expect(errorsOf('referral', { youth: { ...youth, nationalId: real } })).toEqual([
      '/data/youth/nationalId synthetic-required',
    ]);
  });

  it('is of the real population in production, and a synthetic number is refused', () => {
    const type = typeOf('referral');
    expect(validateData(type, type.example(today), { today, people: 'real' })).toEqual([
      { pointer: '/data/youth/nationalId', code: 'synthetic-refused' },
    ]);
  });

  it('has been born', () => {
    expect(errorsOf('referral', { youth: { ...youth, birthDate: addDays(today, 1) } })).toEqual([
      '/data/youth/birthDate range',
    ]);
  });
});
