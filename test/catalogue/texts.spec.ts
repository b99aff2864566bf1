import 'reflect-metadata';
import { recordTypes } from '../../src/catalogue/catalogue.js';
import { checkTexts, languages, Texts, textsIn } from '../../src/catalogue/texts.js';

describe('the texts', () => {
  it('name every type, category, field and code in each language', () => {
    expect(() => checkTexts(recordTypes)).not.toThrow();
  });

  it('stop the start where one is missing', () => {
    expect(() => checkTexts(recordTypes, [new Texts('nn', {})])).toThrow(
      'config/texts/nn.yaml has no text at',
    );
  });

  it.each(languages)('in %s are not found on a prototype', (language) => {
    expect(() => textsIn(language).field('constructor')).toThrow();
  });
});
