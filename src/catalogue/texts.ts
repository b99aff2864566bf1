import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { isObject, type JsonObject } from '../common/json.js';
import { dataCategories, type DataCategory } from './data-categories.js';
import { fieldsOf, type PartClass } from './field-spec.js';
import type { RecordType } from './record-type.js';

/** Norwegian bokmål, Norwegian nynorsk, English. */
export const languages = ['nb', 'nn', 'en'] as const;
export type Language = (typeof languages)[number];

export interface Label {
  readonly title: string;
  readonly help: string;
}

/** The catalogue's part of `config/texts/<language>.yaml`. */
export class Texts {
  constructor(
    readonly language: Language,
    private readonly source: JsonObject,
  ) {}

  /** @throws Error where the text file lacks it, as do the others: the catalogue does not start without its texts */
  type(key: string): Label {
    return this.label(['types', key]);
  }

  /** Fields of one name mean the same wherever they stand, and have one text. */
  field(name: string): Label {
    return this.label(['fields', name]);
  }

  category(category: DataCategory): Label {
    return this.label(['categories', category]);
  }

  code(list: string, code: string): string {
    return this.text(['codes', list, code]);
  }

  private label(path: readonly string[]): Label {
    return { title: this.text([...path, 'title']), help: this.text([...path, 'help']) };
  }

  private text(path: readonly string[]): string {
    let at: unknown = this.source;
    for (const step of path) at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
    if (typeof at !== 'string' || at.trim() === '') {
      throw new Error(`config/texts/${this.language}.yaml has no text at ${path.join('.')}`);
    }
    return at;
  }
}

/** The folder that holds package.json, above this file: the same from `src` and from the built `dist/src`. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('no package.json above the program: config/texts cannot be found');
    folder = above;
  }
  return folder;
}

const loaded = new Map<Language, Texts>();

/** The texts of a language, read once per process. */
export function textsIn(language: Language): Texts {
  const found = loaded.get(language);
  if (found) return found;
  const path = join(projectRoot(), 'config', 'texts', `${language}.yaml`);
  const source: unknown = parse(readFileSync(path, 'utf8'));
  if (!isObject(source)) throw new Error(`${path} is not a mapping`);
  const texts = new Texts(language, source);
  loaded.set(language, texts);
  return texts;
}

/**
 * Everything that the catalogue shows must have its text in every language.
 * @throws Error with every text that is missing, one a line
 */
export function checkTexts(types: readonly RecordType[], all = languages.map(textsIn)): void {
  const missing = new Set<string>();
  const look = (read: () => unknown): void => {
    try {
      read();
    } catch (cause) {
      missing.add(cause instanceof Error ? cause.message : String(cause));
    }
  };
  for (const texts of all) {
    for (const category of dataCategories) look(() => texts.category(category));
    for (const type of types) {
      look(() => texts.type(type.key));
      lookAtPart(type.data, texts, look);
    }
  }
  if (missing.size > 0) throw new Error([...missing].join('\n'));
}

function lookAtPart(part: PartClass, texts: Texts, look: (read: () => unknown) => void): void {
  for (const [name, spec] of fieldsOf(part)) {
    look(() => texts.field(name));
    if (spec.kind === 'part') lookAtPart(spec.part(), texts, look);
    else if (spec.codes) {
      const { key, codes } = spec.codes;
      for (const code of codes) look(() => texts.code(key, code));
    }
  }
}
