import { english } from './texts.en.js';
import { bokmaal } from './texts.nb.js';
import type { Language, Texts } from './words.js';

export const texts: Readonly<Record<Language, Texts>> = { en: english, nb: bokmaal };
