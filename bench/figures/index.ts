import type { Figure } from '../figure.js';
import { auditSeal } from './audit-seal.js';
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

/** Every figure, in the order in which they are measured. */
export const figures: readonly Figure[] = [
  floor,
  ingestSingle,
  ingestBatch,
  pull,
  endToEnd,
  latency,
  growth,
  heldSnapshot,
  memory,
  auditSeal,
  redis,
];
