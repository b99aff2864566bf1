import { randomUUID } from 'node:crypto';
import { agencies } from '../../support/agencies.js';
import { dataOf, newYouth } from '../../support/youths.js';
import { urn, type Event, type Json } from '../../support/client.js';
import { hashOf, type MadeEvent } from '../checker/notes.js';
import type { Chance } from './random.js';

export interface Made {
  readonly event: Event;
  readonly noted: MadeEvent;
}

/** Who gets what a school tells of a youth, by where the youth lives. Both are the schools' own controller's. */
const otOf = { '0501': agencies.ot, '0502': agencies.otherOt } as const;
const homes = Object.keys(otOf) as (keyof typeof otOf)[];
const types = ['education-interrupted', 'early-notice'] as const;

/** One in five is new; the others are known already, so that senders meet at the same youths' keys. */
const KNOWN = 40;
const NEW_SHARE = 0.2;
/** Of what an OT sends: referrals to Nav without a release, which the gate refuses, with a notice to the sender. */
const refusedTo = agencies.nav;

/** Makes events of one sender. */
export class Events {
  private readonly youths = Array.from({ length: KNOWN }, () => newYouth());

  constructor(
    private readonly agency: string,
    private readonly chance: Chance,
  ) {}

  make(): Made {
    const youth = this.chance.next() < NEW_SHARE ? newYouth() : this.chance.one(this.youths);
    return isOt(this.agency) ? this.refused(youth) : this.notice(youth);
  }

  private notice(youth: Json): Made {
    const home = this.chance.one(homes);
    const type = this.chance.one(types);
    const data = dataOf(type, { ...youth, homeMunicipality: home }, { school: this.agency });
    return this.made(type, data, [otOf[home]]);
  }

  private refused(youth: Json): Made {
    return this.made('referral', dataOf('referral', youth), [], urn(refusedTo));
  }

  private made(type: string, data: Json, to: readonly string[], recipient?: string): Made {
    const event: Event = {
      specversion: '1.0',
      id: randomUUID(),
      source: urn(this.agency),
      type: `no.stafett.${type}.v1`,
      data,
      ...(recipient && { recipient }),
    };
    return {
      event,
      noted: { id: event.id, type: event.type, to, refused: recipient !== undefined, hash: hashOf(data) },
    };
  }
}

const isOt = (agency: string): boolean => agency === agencies.ot || agency === agencies.otherOt;
