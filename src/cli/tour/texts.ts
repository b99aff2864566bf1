import { english } from './texts.en.js';
import { bokmaal } from './texts.nb.js';
import type { Texts } from './words.js';

export const texts: Readonly<Record<'en' | 'nb', Texts>> = { en: english, nb: bokmaal };
