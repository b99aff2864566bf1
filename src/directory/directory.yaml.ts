import { isScalar, parseDocument } from 'yaml';

const MAX_DEPTH = 20;
/** Block lists and complex keys nested within one line: `- - - …`. */
const nestedInLine = /^[ \t]*(?:[-?:][ \t]+){10}/m;

/**
 * Reads YAML whose every value stands where it is read. Refused is what lets a short text cost much: anchors, deep nesting
 * (the parser is recursive and then recovers, 2 s for 200 kB of brackets), and very many keys in one object (the parser
 * compares every two of them, 2.5 s for 200 kB).
 * @throws Error that says what is wrong, in its first line
 */
export function readYaml(text: string): unknown {
  if (tooDeep(text)) throw new Error(`nested deeper than ${MAX_DEPTH}`);
  let comparisons = 0;
  const document = parseDocument(text, {
    schema: 'core',
    logLevel: 'error',
    // The parser goes on after an error, and would look up every one's line and column: 185 s for 200 kB of brackets.
    prettyErrors: false,
    uniqueKeys: (a, b) => {
      comparisons += 1;
      // An honest object has a dozen keys and ten characters to each: never as many pairs as characters.
      if (comparisons > text.length) throw new Error('too many keys in one object');
      return a === b || (isScalar(a) && isScalar(b) && a.value === b.value);
    },
  });
  const [error] = document.errors;
  if (error) throw new Error(`${error.message} at line ${text.slice(0, error.pos[0]).split('\n').length}`);
  return document.toJS({ maxAliasCount: 0 });
}

/** Counts brackets wherever they stand, in texts too: a name with twenty open ones is none. */
function tooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const at = text.charCodeAt(i);
    if (at === 0x5b || at === 0x7b) depth += 1;
    else if ((at === 0x5d || at === 0x7d) && depth > 0) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return nestedInLine.test(text);
}
