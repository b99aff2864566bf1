import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import { dataCategories } from '../../src/catalogue/data-categories.js';
import { checkTexts, languages, Texts, textsIn, type Language } from '../../src/catalogue/texts.js';
import { places } from './walk.js';

const source = (language: Language): unknown =>
  parse(readFileSync(new URL(`../../config/texts/${language}.yaml`, import.meta.url), 'utf8'));

/** Every text of a file by its path. */
function textsBelow(at: unknown, path = ''): [path: string, text: unknown][] {
  if (typeof at !== 'object' || at === null) return [[path, at]];
  return Object.entries(at).flatMap(([key, below]) => textsBelow(below, path ? `${path}.${key}` : key));
}

const label = (path: string): string[] => [`${path}.title`, `${path}.help`];
const specs = recordTypes.flatMap(places).map(({ spec }) => spec);
const needed = new Set([
  ...recordTypes.flatMap(({ key }) => label(`types.${key}`)),
  ...dataCategories.flatMap((category) => label(`categories.${category}`)),
  ...specs.flatMap(({ name }) => label(`fields.${name}`)),
  ...specs.flatMap((spec) =>
    spec.kind === 'part' ? [] : (spec.codes?.codes ?? []).map((code) => `codes.${spec.codes?.key}.${code}`),
  ),
]);

/** Titles that must be the words of the glossary (shared/domain.md 10). */
const glossary: readonly (readonly [path: string, nb: string, nn: string, en: string])[] = [
  ['types.early-notice', 'melding om risiko for avbrudd', 'melding om risiko for avbrot', 'early notice'],
  [
    'types.clarification-conversation',
    'avklaringssamtale',
    'avklaringssamtale',
    'clarification conversation',
  ],
  ['types.education-interrupted', 'avbrudd', 'avbrot', 'interruption of education'],
  ['types.apprenticeship-ended', 'lærekontrakt hevet', 'lærekontrakt heva', 'apprenticeship terminated'],
  ['types.did-not-start', 'ikke møtt', 'ikkje møtt', 'did not turn up'],
  ['types.referral', 'henvisning', 'tilvising', 'referral'],
  ['types.referral-response', 'svar på henvisning', 'svar på tilvising', 'answer to referral'],
  ['types.information-order', 'pålegg om opplysninger', 'pålegg om opplysningar', 'information order'],
  ['types.follow-up-agreement', 'oppfølgingsavtale', 'oppfølgingsavtale', 'follow-up agreement'],
  [
    'types.combined-training-agreement',
    'kombinasjonsavtale',
    'kombinasjonsavtale',
    'combined training agreement',
  ],
  ['types.measure-grant', 'tiltaksmidler', 'tiltaksmidlar', 'grant'],
  ['types.measure', 'tiltak', 'tiltak', 'measure'],
  ['fields.leavingReason', 'avbruddsårsak', 'avbrotsårsak', 'reason for leaving'],
  ['fields.targetGroup', 'målgruppe', 'målgruppa', 'target group'],
  ['fields.protection', 'adressesperre', 'adressesperre', 'address protection'],
  ['fields.orderLaw', 'hjemmel', 'heimel', 'legal basis'],
  ['fields.guardianInformed', 'foresatte', 'føresette', 'parent or guardian'],
  ['fields.otUnit', 'ot-enhet', 'ot-eining', 'ot unit'],
  ['fields.youth', 'den unge', 'den unge', 'the youth'],
];

/** Words that mean something else in law, that judge, or that Nav and the glossary do not use. */
const never: Record<Language, RegExp> = {
  nb: /avvik|\bansvar|bekymringsmelding|\betat|praksisplass|frafall|saksbehandler|klient/iu,
  nn: /avvik|\bansvar|bekymringsmelding|uromelding|\betat|praksisplass|fråfall|sakshandsamar|klient/iu,
  en: /\bdeviation|\bnon-conformity|responsib|drop-?out|effort group|case-?worker|\bclient/iu,
};
/** Words parted by a space, `*` for any ending. A letter on either side makes it another word; so does a hyphen (ID-en). */
const words = (list: string): RegExp =>
  new RegExp(`(?<![\\p{L}-])(?:${list.replaceAll('*', '\\p{L}*').replaceAll(' ', '|')})(?!\\p{L})`, 'iu');
/** What gives away a text copied from another language: words that it spells otherwise. */
const foreign: Record<Language, RegExp> = {
  nb: words(
    'ikkje ein eit ei kva kvar kven kvifor korleis frå skule* namn* berre noko meir vere ho sjølv òg ' +
      'opplæringa meldinga saka eining* verksemd* teneste* tilvising* rettleiing* stad dagar føresett* ' +
      'avbrot* vart slutta opplysningar vidaregåande fråvær* føremål løyve seier',
  ),
  nn: words(
    'ikke et hva hvor hvem hvorfor hvordan fra skole* navn* bare noe noen mer være hun selv også ' +
      'opplæringen meldingen saken enhet* virksomhet* tjeneste* henvisning* veiledning* hjemmel antall sted ' +
      'dager foresatt* avbrudd* ble sluttet opplysninger videregående fravær* formål tillatelse gjøre* ' +
      'begynner sier trenger ønsker deles oppgis uke*',
  ),
  en: /(?<!\p{L})(?!øre\b)\p{L}*[æåø]|\b(?:og|ikke|ikkje|den|unge|det|som|til|av)\b/iu,
};
/** Nav's own spelling is Nav. */
const shouted = /\bNAV\b/u;

describe('the texts', () => {
  it.each(languages)(
    'in %s have a title and a help for every type, category and field, a text for every code, and no more',
    (language) => {
      const found = textsBelow(source(language));
      expect(found.filter(([, text]) => typeof text !== 'string' || text.trim() === '')).toEqual([]);
      const paths = new Set(found.map(([path]) => path));
      expect([...needed].filter((path) => !paths.has(path))).toEqual([]);
      expect([...paths].filter((path) => !needed.has(path))).toEqual([]);
    },
  );

  it.each(glossary)('call %s by its words in the glossary', (path, ...words) => {
    languages.forEach((language, i) => {
      const title = new Map(textsBelow(source(language))).get(`${path}.title`);
      expect(String(title).toLowerCase()).toContain(words[i]);
    });
  });

  it.each(languages)('in %s use no word that is to be avoided', (language) => {
    const found = textsBelow(source(language)).filter(
      ([, text]) => never[language].test(String(text)) || shouted.test(String(text)),
    );
    expect(found).toEqual([]);
  });

  it.each(languages)('in %s are in that language, and not copied from another', (language) => {
    const found = textsBelow(source(language))
      .filter(([path]) => path !== 'fields.language.help')
      .filter(([, text]) => foreign[language].test(String(text)));
    expect(found).toEqual([]);
  });

  it('would be seen if they were copied', () => {
    const helps = (language: Language) =>
      textsBelow(source(language)).filter(
        ([path, text]) => path.startsWith('types.') && String(text).length > 40,
      );
    const seen = (from: Language, to: Language) =>
      helps(from).filter(([, text]) => foreign[to].test(String(text))).length / helps(from).length;
    expect(seen('nb', 'nn')).toBeGreaterThan(0.7);
    expect(seen('nn', 'nb')).toBeGreaterThan(0.7);
    expect(Math.min(seen('nb', 'en'), seen('nn', 'en'))).toBeGreaterThan(0.9);
  });

  it('help to keep free text short and clean', () => {
    expect(textsIn('nb').field('youthWants').title).toBe('Det den unge ønsker, i ord han eller hun har sett');
    for (const language of languages) expect(textsIn(language).field('youthWants').help).toContain('300');
  });

  it('are all asked for at the start, which stops where one is missing', () => {
    expect(() => checkTexts(recordTypes)).not.toThrow();
    expect(() => checkTexts(recordTypes, [new Texts('nn', {})])).toThrow(
      'config/texts/nn.yaml has no text at',
    );
  });

  it.each(languages)('in %s are not found on a prototype', (language) => {
    expect(() => textsIn(language).field('constructor')).toThrow('has no text at fields.constructor.title');
  });
});
