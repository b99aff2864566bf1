/** The time, injected so that tests can step it. Instants are milliseconds since the epoch, UTC. */
export interface Clock {
  now(): Date;
}

export const CLOCK = Symbol('Clock');

export const systemClock: Clock = { now: () => new Date() };

/** A clock that is wrong by some seconds: what a computer has whose time was set badly. */
export const wrongClock = (seconds: number): Clock => ({ now: () => new Date(Date.now() + seconds * 1000) });
