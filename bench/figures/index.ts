import type { Figure } from '../figure.js';
import { auditEndToEnd } from './audit-end-to-end.js';
import { auditIngest } from './audit-ingest.js';
import { auditLarge } from './audit-large.js';
import { auditLag } from './audit-lag.js';
import { auditSeal } from './audit-seal.js';
import { auditVerify } from './audit-verify.js';
import { endToEnd } from './end-to-end.js';
import { floor } from './floor.js';
import { growth } from './growth.js';
import { heldSnapshot } from './held-snapshot.js';
import { ingestBatch } from './ingest-batch.js';
import { ingestSingle } from './ingest-single.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { pull } from './pull.js';
import { redis } from './redis.js';

/** Every figure, in the order in which they are measured: what a hub is chosen for first, what takes minutes to prepare later. */
export const figures: readonly Figure[] = [
  floor,
  ingestSingle,
  ingestBatch,
  pull,
  endToEnd,
  latency,
  auditLag,
  memory,
  heldSnapshot,
  redis,
  growth,
  auditEndToEnd,
  auditSeal,
  auditVerify,
  auditIngest,
  auditLarge,
];
