import { Foundation1764000000000 } from './1764000000000-foundation.js';
import { RateLimits1764100000000 } from './1764100000000-rate-limits.js';
import { Log1764200000000 } from './1764200000000-log.js';
import { Auditors1764400000000 } from './1764400000000-auditors.js';

/** Every migration, oldest first. Named one by one, so that the built files and the tests run the same list. */
export const migrations = [
  Foundation1764000000000,
  RateLimits1764100000000,
  Log1764200000000,
  Auditors1764400000000,
];
