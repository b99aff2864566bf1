import { signerKey, type SignerKey } from '../verify/note.js';
import type { Config } from '../../config/config.schema.js';
import type { VaultService } from '../../vault/vault.service.js';

export const LOG_KEY = Symbol('LogKey');

/** The log's key: its name is the log's origin (C2SP tlog-checkpoint). */
export const logKeyOf = (config: Config, vault: VaultService): SignerKey =>
  signerKey(config.log.origin, 'note', vault.logSeed());
