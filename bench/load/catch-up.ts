import type { Site } from '../site.js';
import { drain } from './drain.js';
import { pushRecords } from './push.js';

/** Lets a hub see as many records as another has seen, so that the two differ in nothing but what is compared. */
export async function catchUp(site: Site, other: Site): Promise<void> {
  await pushRecords(site, Math.max(0, other.ledger.accepted - site.ledger.accepted));
  await drain(site);
}
