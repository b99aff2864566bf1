import { Inject, Injectable } from '@nestjs/common';
import { findByEventType } from '../catalogue/catalogue.js';
import { validateData } from '../catalogue/validate.js';
import type { RecordType } from '../catalogue/record-type.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { dayOf } from '../common/days.js';
import { orgNumberOfUrn, type AgencyId, type RecordId } from '../common/ids.js';
import { canonicalJson, type JsonObject } from '../common/json.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import type { Directory } from '../directory/directory.js';
import { DirectoryService } from '../directory/directory.service.js';
import { VaultService } from '../vault/vault.service.js';
import { identityOf, type Identity, type Protection } from '../vault/youths.service.js';
import type { IncomingEvent } from './cloud-event.js';
import type { Prepared } from './record.js';
import type { Line } from './request.js';

/** Checks an event against the caller, the directory and the catalogue; writes nothing. */
@Injectable()
export class PrepareService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: DirectoryService,
    private readonly vault: VaultService,
  ) {}

  /** Each line of a request by itself, all by one look at the directory. */
  async prepareAll(caller: Caller, lines: readonly Line[]): Promise<(Prepared | Problem)[]> {
    const directory = await this.directory.snapshot();
    return lines.map((line) => {
      if ('problem' in line) return line.problem;
      try {
        return this.prepare(caller, directory, line.event);
      } catch (error) {
        if (error instanceof Problem) return error;
        throw error;
      }
    });
  }

  /** @throws Problem source-not-yours, record-type-unknown, route-not-allowed, recipient-*, in-reply-to-required, invalid-record */
  private prepare(caller: Caller, directory: Directory, event: IncomingEvent): Prepared {
    if (orgNumberOfUrn(event.source) !== caller.orgNumber)
      throw new Problem('source-not-yours', [{ pointer: '/source', code: 'not-yours' }]);
    const type = findByEventType(event.type);
    if (!type) throw new Problem('record-type-unknown', [{ pointer: '/type', code: 'unknown' }]);
    const recipientId = this.recipient(caller, directory, type, event);
    if (type.answersTypes && !event.inReplyTo)
      throw new Problem('in-reply-to-required', [{ pointer: '/inreplyto', code: 'required' }]);
    const errors = validateData(type, event.data, {
      today: dayOf(this.clock.now()),
      people: this.config.people.population,
    });
    if (errors.length > 0) throw new Problem('invalid-record', errors);
    const data = event.data as JsonObject;
    refuseForwarding(caller, directory, type, data);
    return {
      eventId: event.id,
      type,
      recipientId,
      inReplyTo: event.inReplyTo ?? null,
      cancels: type.cancelsField ? ((data[type.cancelsField] as RecordId | undefined) ?? null) : null,
      holdForConsent: event.holdForConsent,
      time: event.time ?? null,
      data,
      contentHash: this.contentHash(caller, event),
      youth: type.about === 'youth' ? youthOf(data) : null,
    };
  }

  /** What an event says, valid or not: the same hash under the same id is the same event. */
  contentHash(caller: Caller, { type, recipient, inReplyTo, data }: IncomingEvent): Buffer {
    const canonical = canonicalJson({
      type,
      recipient: recipient ?? null,
      inreplyto: inReplyTo ?? null,
      data,
    });
    return this.vault.contentHash(caller.controllerId, canonical);
  }

  private recipient(
    caller: Caller,
    directory: Directory,
    type: RecordType,
    event: IncomingEvent,
  ): AgencyId | null {
    const routes = type.routes.filter((route) => route.from.includes(caller.kind));
    if (routes.length === 0) throw new Problem('route-not-allowed', [{ pointer: '/type', code: 'route' }]);
    if (event.recipient === undefined) {
      if (routes.every((route) => route.addressed === 'by-name'))
        throw new Problem('recipient-required', [{ pointer: '/recipient', code: 'required' }]);
      return null;
    }
    const agency = directory.agencyByNumber(event.recipient);
    if (!agency?.active || agency.id === caller.agencyId)
      throw new Problem('recipient-unknown', [{ pointer: '/recipient', code: 'unknown' }]);
    if (!routes.some((route) => route.to.includes(agency.kind)))
      throw new Problem('route-not-allowed', [{ pointer: '/recipient', code: 'route' }]);
    return agency.id;
  }
}

/**
 * Whoever was asked may pass it on to the right office of its own kind, and to nobody else: it is not its to spread. An office
 * that is not there would leave the youth with no one, and the answer would look as if somebody had taken care.
 */
function refuseForwarding(caller: Caller, directory: Directory, type: RecordType, data: JsonObject): void {
  const number = type.forwardsField === undefined ? undefined : data[type.forwardsField];
  if (typeof number !== 'string') return;
  const pointer = `/data/${type.forwardsField}`;
  const office = directory.agencyByNumber(number);
  if (!office?.active || office.id === caller.agencyId)
    throw new Problem('recipient-unknown', [{ pointer, code: 'unknown' }]);
  if (office.kind !== caller.kind) throw new Problem('route-not-allowed', [{ pointer, code: 'route' }]);
}

/** The data are valid by now, so the youth's fields are there and of their types. */
function youthOf(data: JsonObject): { identity: Identity; protection: Protection } {
  const youth = data['youth'] as unknown as Identity & { protection?: Protection };
  return { identity: identityOf(youth), protection: youth.protection ?? 'none' };
}
