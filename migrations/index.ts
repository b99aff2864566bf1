import { Foundation1764000000000 } from './1764000000000-foundation.js';

/** Every migration, oldest first. Named one by one, so that the built files and the tests run the same list. */
export const migrations = [Foundation1764000000000];
