import type { Config } from '../../config/config.schema.js';
import { ConfigError } from '../../config/load.js';
import { parseVerifierKey, type VerifierKey } from '../verify/note.js';

export const LOG_TRUST = Symbol('LogTrust');

export interface WitnessAt {
  readonly key: VerifierKey;
  readonly url: string;
}

/** Who signs the log, who remembers it, and how many of these must have cosigned what is proven. */
export interface LogTrust {
  readonly log: VerifierKey;
  readonly witnesses: readonly WitnessAt[];
  readonly quorum: number;
}

/** @throws ConfigError where a witness's key is none for cosignatures */
export function logTrustOf({ log: { witnesses, quorum } }: Config, log: VerifierKey): LogTrust {
  return { log, witnesses: witnesses.map(({ vkey, url }) => ({ key: witnessKey(vkey), url })), quorum };
}

function witnessKey(vkey: string): VerifierKey {
  try {
    const key = parseVerifierKey(vkey);
    if (key.type === 'cosignature') return key;
  } catch {
    // Told below: it is the same to whoever wrote it.
  }
  throw new ConfigError(
    `log.witnesses: ${vkey} is no key of a witness. Allowed: the line that "stafett witness" prints, of type 0x04 (cosignature/v1).`,
  );
}
