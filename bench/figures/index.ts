import type { Figure } from '../figure.js';
import { endToEnd } from './end-to-end.js';
import { floor } from './floor.js';
import { ingestBatch } from './ingest-batch.js';
import { ingestSingle } from './ingest-single.js';
import { pull } from './pull.js';

/** Every figure, in the order in which they are measured. */
export const figures: readonly Figure[] = [floor, ingestSingle, ingestBatch, pull, endToEnd];
