import { CommandError } from '../../src/cli/command-error.js';
import { shortened, wrapped } from '../../src/cli/tour/layout.js';
import { Stage } from '../../src/cli/tour/stage.js';
import { texts } from '../../src/cli/tour/texts.js';
import { stepKeys } from '../../src/cli/tour/words.js';

const scene = { who: 'OT', call: 'GET /v1/inbox', status: 200, answer: {} };

/** Every text by its path; what makes a text is called with numbers and names that can be found again. */
function spoken(value: unknown, path = ''): Record<string, string> {
  if (typeof value === 'string') return { [path]: value };
  if (typeof value === 'function')
    return { [path]: String((value as (...args: unknown[]) => unknown)({}, 'x', 'y')) };
  return Object.assign(
    {},
    ...Object.entries(value as object).map(([key, member]) => spoken(member, `${path}/${key}`)),
  ) as Record<string, string>;
}

describe('the texts of the tour', () => {
  const en = spoken(texts.en);
  const nb = spoken(texts.nb);

  it('are the same in both languages: no key is missing, none is left over, none is empty', () => {
    expect(Object.keys(nb)).toEqual(Object.keys(en));
    expect(Object.keys(texts.en.steps)).toEqual([...stepKeys]);
    expect([...Object.values(en), ...Object.values(nb)].every((text) => text.trim() !== '')).toBe(true);
  });

  it('are translated: no text is the same in both', () => {
    expect(Object.keys(en).filter((key) => en[key] === nb[key])).toEqual([]);
  });

  it('say the last line as the contract has it', () => {
    expect(texts.en.score(22, 22)).toBe('Tour: 22 of 22 steps went as told');
    expect(texts.nb.score(22, 22)).toBe('Omvisning: 22 av 22 trinn gikk som fortalt');
  });
});

describe('the stage', () => {
  it('counts the steps that went as told, and gives on what they found', () => {
    const lines: string[] = [];
    const stage = new Stage(texts.en, (line) => lines.push(line));
    expect(stage.step('asked', scene, 'found')).toBe('found');
    expect(lines.join('\n')).toContain('✓ as told');
    stage.score();
    expect(lines.at(-1)).toBe(`Tour: 1 of ${stepKeys.length} steps went as told`);
  });

  it('ends at the step that did not, and names it', () => {
    const lines: string[] = [];
    const stage = new Stage(texts.nb, (line) => lines.push(line));
    stage.step('asked', scene, true);
    let stopped: unknown;
    try {
      stage.step('interrupted', scene, undefined);
    } catch (error) {
      stopped = stage.stopped(error);
    }
    expect(stopped).toBeInstanceOf(CommandError);
    expect((stopped as CommandError).message).toBe(
      `omvisningen stanset ved trinn 2, «${texts.nb.steps.interrupted.title}»: IKKE som fortalt`,
    );
    expect(lines.at(-1)).toBe(`Omvisning: 1 av ${stepKeys.length} trinn gikk som fortalt`);
    expect(lines.join('\n')).toContain('✗ IKKE som fortalt');
  });

  it('shows no colours where nobody sees them', () => {
    const lines: string[] = [];
    new Stage(texts.en, (line) => lines.push(line)).step('asked', scene, true);
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('leaves a fault of our own as it is', () => {
    const fault = new TypeError('x');
    expect(new Stage(texts.en, () => undefined).stopped(fault)).toBe(fault);
  });
});

describe('the layout', () => {
  it('shows ids by their ends, and of a youth no more than the given name and the place', () => {
    const youth = {
      nationalId: '21820650651',
      givenName: 'Ronja',
      familyName: 'Testheim',
      birthDate: '2006-02-21',
      homeMunicipality: '0501',
    };
    const text = shortened({ recordId: '01a20cdf-5df8-7485-891f-f1e5c4d0e5fe', problem: null, youth }, 1000);
    expect(text).toBe(
      '{"recordId":"…f1e5c4d0e5fe","youth":{"nationalId":"…","givenName":"Ronja","familyName":"…","birthDate":"…","homeMunicipality":"0501"}}',
    );
  });

  it('breaks lines at spaces, after commas, and anywhere where there are none', () => {
    for (const text of ['word '.repeat(60).trim(), 'part,'.repeat(60), 'x'.repeat(250)]) {
      const lines = wrapped(text, '  ');
      expect(lines.every((line) => line.length <= 100 && line.startsWith('  '))).toBe(true);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
  });
});
