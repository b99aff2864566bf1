/** Where in the file: keys and indexes from the top. */
export type Path = readonly (string | number)[];

/** One thing that is wrong. `code` is for machines and the API; `allowed` says in words what may stand there. */
export interface Issue {
  readonly path: Path;
  readonly code: IssueCode;
  readonly allowed: string;
}

export type IssueCode =
  | 'syntax'
  | 'type'
  | 'format'
  | 'required'
  | 'unknown-field'
  | 'duplicate'
  | 'unknown-reference'
  | 'not-allowed';

/** Reads a value of unknown shape, or reports and gives undefined. */
export type Read<T> = (value: unknown, at: Path, issues: Issue[]) => T | undefined;

/** `agencies[3].orgNumber`, as people write it. */
export function showPath(path: Path): string {
  const shown = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return shown.replace(/^\./, '') || 'the file';
}

/** A text that fits. YAML reads an unquoted number as a number, so the message asks for quotes. */
export function text<T extends string = string>(allowed: string, fits: (value: string) => boolean): Read<T> {
  return (value, path, issues) => {
    if (typeof value !== 'string')
      issues.push({ path, code: 'type', allowed: `${allowed}, as text in quotes` });
    else if (!fits(value)) issues.push({ path, code: 'format', allowed });
    else return value as T;
    return undefined;
  };
}

export function oneOf<T extends string>(values: readonly T[]): Read<T> {
  return text<T>(`one of ${values.join(', ')}`, (value) => values.includes(value as T));
}

export function list<T>(item: Read<T>): Read<readonly T[]> {
  return (value, path, issues) => {
    if (!Array.isArray(value)) {
      issues.push({ path, code: 'type', allowed: 'a list' });
      return undefined;
    }
    const read = value.map((each: unknown, i) => item(each, [...path, i], issues));
    return Object.freeze(read.filter((each) => each !== undefined));
  };
}

type Fields<T> = { readonly [K in keyof T]-?: Read<Exclude<T[K], undefined>> };

/** An object with these keys and no others. The name of an unknown key is shown to the file's owner, never put in a path. */
export function object<T extends object>(fields: Fields<T>, optional: readonly (keyof T)[] = []): Read<T> {
  const known = Object.keys(fields) as (keyof T & string)[];
  return (value, path, issues) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      issues.push({ path, code: 'type', allowed: `an object with ${known.join(', ')}` });
      return undefined;
    }
    const given = value as Record<string, unknown>;
    for (const key of Object.keys(given)) {
      if ((known as string[]).includes(key)) continue;
      issues.push({
        path,
        code: 'unknown-field',
        allowed: `only ${known.join(', ')} (not ${JSON.stringify(key)})`,
      });
    }
    const before = issues.length;
    const read: Record<string, unknown> = {};
    for (const key of known) {
      if (Object.hasOwn(given, key)) read[key] = fields[key](given[key], [...path, key], issues);
      else if (!optional.includes(key))
        issues.push({ path: [...path, key], code: 'required', allowed: 'a value' });
    }
    return issues.length === before ? (Object.freeze(read) as T) : undefined;
  };
}
