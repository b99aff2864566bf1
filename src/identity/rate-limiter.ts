import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AgencyId } from '../common/ids.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { statement, withTx } from '../database/tx.js';

/** Requests that a process leases for an agency that it has not seen lately; an agency that goes on gets twice as many each time. */
const FIRST_PORTION = 4;
/** No portion is more than this part of a second's requests, so that several processes share fairly. */
const LARGEST_PART = 10;
/** Milliseconds that a leased portion may be used: what an agency does not use is not kept for a burst. */
const LEASE_MS = 1000;
/** Milliseconds that an agency which got nothing waits for the next question: turning it away costs no round trip either. */
const EMPTY_MS = 10;

/**
 * GCRA, the leaky bucket as a meter: one moment per agency says when what it was given so far would have been used up at the
 * allowed rate. Nothing is given beyond a second ahead of now, so a later moment is of a clock that was
 * set back since, and counts for nothing. The table is unlogged: after a crash everyone begins anew.
 */
const lease = statement(
  'identity.lease-requests',
  `with at as materialized (select clock_timestamp() as now),
   held as materialized (select used_until from stafett.rate_lease where agency_id = $1 for update),
   room as (select now, greatest(coalesce((select used_until from held where used_until < now + interval '2 seconds'), now), now) as from_when from at),
   portion as materialized (
     select now, from_when, least($2::int, floor(extract(epoch from now + interval '1 second' - from_when) * $3::int))::int as given from room
   )
   insert into stafett.rate_lease (agency_id, used_until)
   select $1, from_when + make_interval(secs => given::float8 / $3::int) from portion where given > 0
   on conflict (agency_id) do update set used_until = excluded.used_until
   returning (select given from portion),
     floor(extract(epoch from (select now from portion) + interval '1 second' - used_until) * $3::int)::int as left`,
);

/** Where an agency stands after a request. */
export interface Rate {
  /** Requests a second that the agency has. */
  readonly limit: number;
  readonly remaining: number;
  readonly allowed: boolean;
}

interface Lease {
  left: number;
  /** What nobody had leased when this portion was. */
  readonly beyond: number;
  readonly size: number;
  readonly until: number;
  readonly emptyUntil: number;
}

/** Requests per second and agency, over all processes: leased in portions, so that a call costs no round trip of its own. */
@Injectable()
export class RateLimiter {
  private readonly leases = new Map<AgencyId, Lease>();
  private readonly asking = new Map<AgencyId, Promise<boolean>>();

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Takes one request. @throws Problem unavailable where a portion is needed and the database cannot be reached */
  async take(agency: AgencyId): Promise<Rate> {
    const limit = this.config.identity.requestsPerSecond;
    // Again: the portion that others waited for too may be used up when it is this caller's turn.
    for (let given = true; given;) {
      const held = this.held(agency);
      if (held) {
        held.left -= 1;
        if (held.left < held.size / 2 && held.beyond > 0) void this.ask(agency, limit).catch(() => undefined);
        return { limit, remaining: Math.min(held.left + held.beyond, limit - 1), allowed: true };
      }
      given = await this.ask(agency, limit);
    }
    return { limit, remaining: 0, allowed: false };
  }

  private held(agency: AgencyId): Lease | undefined {
    const held = this.leases.get(agency);
    return held && held.left > 0 && performance.now() < held.until ? held : undefined;
  }

  /** One question at a time for an agency, however many requests wait for its answer. */
  private ask(agency: AgencyId, limit: number): Promise<boolean> {
    let asked = this.asking.get(agency);
    if (!asked) {
      asked = this.lease(agency, limit).finally(() => this.asking.delete(agency));
      this.asking.set(agency, asked);
    }
    return asked;
  }

  /** @returns whether there was anything to give */
  private async lease(agency: AgencyId, limit: number): Promise<boolean> {
    const before = this.leases.get(agency);
    const now = performance.now();
    if (before && now < before.emptyUntil) return false;
    const goesOn = before !== undefined && now < before.until + LEASE_MS;
    const most = Math.max(1, Math.floor(limit / LARGEST_PART));
    const size = Math.min(most, goesOn ? before.size * 2 : FIRST_PORTION);
    const [row] = await withTx(this.db, (tx) =>
      tx.query<{ given: number; left: number }>(lease, [agency, size, limit]),
    );
    const held = this.held(agency);
    this.leases.set(agency, {
      left: (held?.left ?? 0) + (row?.given ?? 0),
      beyond: row?.left ?? 0,
      size,
      until: performance.now() + LEASE_MS,
      emptyUntil: row ? 0 : performance.now() + EMPTY_MS,
    });
    return row !== undefined;
  }
}
