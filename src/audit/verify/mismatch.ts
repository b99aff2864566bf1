import { TILE_WIDTH, tilePath, tileWidth } from './tiles.js';
import type { Finding } from './findings.js';

/** An entry whose hash is not the stored one. */
export interface Mismatch {
  readonly index: number;
  readonly byEntry: Buffer;
  readonly stored: Buffer;
}

/** Whom the signed root contradicts: the entries, the stored hashes, or both. */
export type Blamed = 'entries' | 'tiles' | 'both';

/** Says of each what happened, and of a row to which the same happened, once. */
export function explain(mismatches: readonly Mismatch[], blamed: Blamed, size: number): Finding[] {
  if (blamed === 'entries') return explainEntries(mismatches);
  return mismatches.map(({ index }) => {
    const tile = Math.floor(index / TILE_WIDTH);
    const path = tilePath({ level: 0, index: tile, width: tileWidth(0, tile, size) });
    return blamed === 'tiles'
      ? {
          subject: path,
          fault: `Its hash ${index % TILE_WIDTH} was changed: it is not that of entry ${index}, and the signed root fits the entry.`,
        }
      : {
          subject: `entry ${index}`,
          fault: `Its hash is not hash ${index % TILE_WIDTH} of ${path}, and the signed root fits neither.`,
        };
  });
}

interface Run {
  readonly from: number;
  to: number;
  /** How many places further on the signed tree has these entries; undefined where it has them nowhere. */
  readonly shift: number | undefined;
}

function explainEntries(mismatches: readonly Mismatch[]): Finding[] {
  const places = new Map(mismatches.map(({ index, stored }) => [stored.toString('hex'), index]));
  const runs: Run[] = [];
  for (const { index, byEntry } of mismatches) {
    const place = places.get(byEntry.toString('hex'));
    const shift = place === undefined ? undefined : place - index;
    const last = runs.at(-1);
    if (last && last.to === index - 1 && last.shift === shift) last.to = index;
    else runs.push({ from: index, to: index, shift });
  }
  return runs.map(({ from, to, shift }) => ({
    subject: from === to ? `entry ${from}` : `entries ${from} to ${to}`,
    fault: faultOf(from, to, shift),
  }));
}

function faultOf(from: number, to: number, shift: number | undefined): string {
  if (shift === undefined)
    return from === to
      ? 'It was changed: the signed tree has another one in its place.'
      : 'They were changed: the signed tree has others in their places.';
  if (from === to) return `It stands in the wrong place: the signed tree has it as entry ${from + shift}.`;
  const places = Math.abs(shift) === 1 ? 'one place' : `${Math.abs(shift)} places`;
  return shift > 0
    ? `They stand ${places} too early: what the signed tree has from entry ${from} to entry ${from + shift - 1} was deleted.`
    : `They stand ${places} too late: what stands before entry ${from} was put in.`;
}
