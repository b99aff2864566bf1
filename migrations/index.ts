import { Foundation1764000000000 } from './1764000000000-foundation.js';
import { RateLimits1764100000000 } from './1764100000000-rate-limits.js';
import { HotPath1764150000000 } from './1764150000000-hot-path.js';
import { Log1764200000000 } from './1764200000000-log.js';
import { Cosignatures1764300000000 } from './1764300000000-cosignatures.js';
import { StaffKeys1764400000000 } from './1764400000000-staff-keys.js';
import { Auditors1764500000000 } from './1764500000000-auditors.js';
import { LighterRows1764600000000 } from './1764600000000-lighter-rows.js';
import { StrayRows1764700000000 } from './1764700000000-stray-rows.js';
import { DirectoryFile1764800000000 } from './1764800000000-directory-file.js';
import { WaitingNews1764900000000 } from './1764900000000-waiting-news.js';
import { KeptNumbers1765000000000 } from './1765000000000-kept-numbers.js';

/** Every migration, oldest first. Named one by one, so that the built files and the tests run the same list. */
export const migrations = [
  Foundation1764000000000,
  RateLimits1764100000000,
  HotPath1764150000000,
  Log1764200000000,
  Cosignatures1764300000000,
  StaffKeys1764400000000,
  Auditors1764500000000,
  LighterRows1764600000000,
  StrayRows1764700000000,
  DirectoryFile1764800000000,
  WaitingNews1764900000000,
  KeptNumbers1765000000000,
];
