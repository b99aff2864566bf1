import type { Site } from '../site.js';
import { drain } from './drain.js';
import { push } from './push.js';

/** The first seconds of a process run uncompiled code and empty caches; they are nobody's figure. Every path is walked once. */
export async function warmUp(site: Site, seconds: number): Promise<void> {
  await push(site, { connections: 64, perRequest: 1, seconds: seconds * 0.6 });
  await push(site, { connections: 4, perRequest: 50, seconds: seconds * 0.4 });
  await site.quiet();
  await drain(site);
}
