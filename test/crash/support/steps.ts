import type { HubProcess } from './processes.js';

/** The steps that a hub has passed which was started with the fault `list`: `<moment>:<statement>`, each once. */
export const stepsPassed = (hub: HubProcess): string[] => hub.linesWith('fault-point ');
