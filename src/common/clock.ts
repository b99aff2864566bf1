/** The time, injected so that tests can step it. Instants are milliseconds since the epoch, UTC. */
export interface Clock {
  now(): Date;
}

export const CLOCK = Symbol('Clock');

export const systemClock: Clock = { now: () => new Date() };
