import { isDeepStrictEqual } from 'node:util';
import { syntheticYouths } from '../../src/cli/youths.js';

/**
 * Enumerates every youth of one seed, beside a thousand of another, and prints what it found as JSON. For youths.spec.ts: in
 * Jest's own context a global as plain as Number costs so much that the million takes 24 s there, and 2 s here.
 */
const now = new Date(process.argv[2] ?? '');
const homes = process.argv.slice(3);
const others = new Map([...syntheticYouths(1000, 2, now, homes)].map((youth) => [youth.nationalId, youth]));
const seen = new Set<string>();
let made = 0;
let changed = 0;
let end = '';
try {
  for (const youth of syntheticYouths(2_000_000, 1, now, homes)) {
    made += 1;
    seen.add(youth.nationalId);
    const other = others.get(youth.nationalId);
    if (other && !isDeepStrictEqual(youth, other)) changed += 1;
    others.delete(youth.nationalId);
  }
} catch (error) {
  end = error instanceof Error ? error.message : '';
}
process.stdout.write(JSON.stringify({ made, different: seen.size, unmet: others.size, changed, end }));
