/** A closed list of codes: what it is called in the texts, where it comes from, and which version of it this is. */
export interface CodeList<Code extends string = string> {
  /** The name of the list under `codes` in config/texts. */
  readonly key: string;
  /** Who sets the codes, and in which document. */
  readonly source: string;
  /** The source's own version or date, or `1` for Stafett's own lists. */
  readonly version: string;
  readonly codes: readonly Code[];
}

/** The codes of a list as a type. */
export type CodeOf<List> = List extends CodeList<infer Code> ? Code : never;

export function codeList<const Code extends string>(list: CodeList<Code>): CodeList<Code> {
  return Object.freeze(list);
}

/** A list that Stafett itself has set, in `shared/domain.md` sections 7 and 9.4. */
export function ownList<const Code extends string>(key: string, codes: readonly Code[]): CodeList<Code> {
  return codeList({ key, source: 'Stafett', version: '1', codes });
}
