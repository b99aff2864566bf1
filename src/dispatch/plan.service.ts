import { Inject, Injectable } from '@nestjs/common';
import { findType } from '../catalogue/catalogue.js';
import { categoriesOf } from '../catalogue/project.js';
import type { RecordType } from '../catalogue/record-type.js';
import type { AgencyKind } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { dayOf } from '../common/days.js';
import { newId, type AgencyId, type RecordId, type TransferId, type YouthId } from '../common/ids.js';
import { isObject, type JsonObject } from '../common/json.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import type { Release } from '../consents/consents.service.js';
import type { Directory } from '../directory/directory.js';
import type { Youth } from '../vault/youths.service.js';
import { judge, type Verdict } from './gate.js';
import { partyOf } from './parties.js';
import { recipientsOf, type Recipients } from './routing.js';
import type { Draft, Notice } from './transfer.js';

/** What routing and the gate ask of a record. Everything has been read; nothing is written here. */
export interface Asked {
  readonly type: RecordType;
  readonly senderId: AgencyId;
  readonly namedRecipientId: AgencyId | null;
  readonly askerId: AgencyId | null;
  readonly holdForConsent: boolean;
  readonly youth: Pick<Youth, 'protection'> | undefined;
  readonly releases: readonly Release[];
  readonly data: JsonObject;
}

/** What the plan for one record is made from. */
export interface Subject extends Asked {
  readonly id: RecordId;
  readonly eventId: string;
  readonly shard: number;
  readonly youth: Youth | undefined;
}

export interface Judged {
  readonly recipientId: AgencyId;
  readonly verdict: Verdict;
}

/** A transfer, as far as the gate asks. */
interface Transferred {
  readonly type: string;
  readonly senderId: AgencyId;
  readonly recipientId: AgencyId;
  readonly youthId: YouthId | null;
}

export interface Plan {
  readonly state: 'dispatched' | 'refused';
  /** Why a record went nowhere, or to nobody by intention. */
  readonly reason: string | null;
  readonly drafts: readonly Draft[];
  readonly notices: readonly Notice[];
}

/** Routing and the gate put together for one record: reads the clock and the settings, writes nothing. */
@Injectable()
export class PlanService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Who would get the record, and the gate's judgement for each. */
  judgeAll(directory: Directory, asked: Asked): { recipients: Recipients; judged: Judged[] } {
    const recipients = this.route(directory, asked);
    const to = 'to' in recipients ? recipients.to : [];
    return {
      recipients,
      judged: to.map((recipientId) => ({
        recipientId,
        verdict: this.judgeOne(directory, asked, recipientId),
      })),
    };
  }

  judgeOne(directory: Directory, asked: Omit<Asked, 'askerId' | 'data'>, recipientId: AgencyId): Verdict {
    const today = dayOf(this.clock.now());
    return judge({
      type: asked.type,
      categories: categoriesOf(asked.type),
      sender: partyOf(directory, asked.senderId, today),
      recipient: partyOf(directory, recipientId, today),
      named: asked.namedRecipientId === recipientId,
      protected: asked.youth !== undefined && asked.youth.protection !== 'none',
      releases: asked.releases,
      holdForConsent: asked.holdForConsent,
      today,
    });
  }

  /**
   * Of a transfer that exists: its recipient was found by name or by residence then, or got it from a wrong office, and need not be named by
   * the record.
   */
  judgeTransfer(
    directory: Directory,
    { type, senderId, recipientId, youthId }: Transferred,
    youths: ReadonlyMap<YouthId, Pick<Youth, 'protection'>>,
    releases: ReadonlyMap<YouthId, readonly Release[]>,
    holdForConsent: boolean,
  ): Verdict {
    const asked = {
      type: typeOf(type),
      senderId,
      namedRecipientId: recipientId,
      holdForConsent,
      youth: youthId ? youths.get(youthId) : undefined,
      releases: (youthId && releases.get(youthId)) || [],
    };
    return this.judgeOne(directory, asked, recipientId);
  }

  plan(directory: Directory, subject: Subject): Plan {
    if (staysHere(subject)) return { state: 'dispatched', reason: 'no-hand-over', drafts: [], notices: [] };
    const { recipients, judged } = this.judgeAll(directory, subject);
    if ('none' in recipients)
      return {
        state: 'refused',
        reason: recipients.none,
        drafts: [],
        notices: [this.refusal(subject, 'nobody', recipients.none)],
      };
    const drafts: Draft[] = [];
    const notices: Notice[] = [];
    let reason: string | null = null;
    for (const { recipientId, verdict } of judged) {
      if (verdict.do === 'refuse') {
        reason ??= verdict.reason;
        notices.push(this.refusal(subject, recipientId, verdict.reason));
      } else drafts.push(this.draft(directory, subject, recipientId, verdict));
    }
    return drafts.length > 0
      ? { state: 'dispatched', reason: null, drafts, notices }
      : { state: 'refused', reason, drafts, notices };
  }

  draft(
    directory: Directory,
    subject: Subject,
    recipientId: AgencyId,
    verdict: Exclude<Verdict, { do: 'refuse' }>,
  ): Draft {
    const { id: recordId, type, senderId, youth, shard } = subject;
    const today = dayOf(this.clock.now());
    return {
      id: newId<TransferId>(this.clock),
      recordId,
      recordType: type.key,
      senderId,
      controllerId: partyOf(directory, senderId, today).controllerId,
      recipientId,
      recipientControllerId: partyOf(directory, recipientId, today).controllerId,
      youthId: youth?.id ?? null,
      auditKey: youth?.auditKey,
      shard,
      terms: verdict,
      hold: verdict.do === 'hold' ? { reason: verdict.reason, until: this.holdUntil() } : null,
    };
  }

  refusal(subject: Subject, about: string, reason: string): Notice {
    const { id: recordId, eventId, type, senderId, shard } = subject;
    return {
      recordId,
      eventId,
      recordType: type.key,
      senderId,
      shard,
      transferId: null,
      about,
      state: 'refused',
      reason,
    };
  }

  /** The last instant that a transfer made now may be held. */
  private holdUntil(): Date {
    return new Date(this.clock.now().getTime() + this.config.deadlines.holdDays.value * 86_400_000);
  }

  private route(directory: Directory, asked: Asked): Recipients {
    const sender = directory.agencyNamed(asked.senderId);
    const home = homeMunicipalityOf(asked.data);
    return recipientsOf({
      type: asked.type,
      senderId: sender.id,
      senderKind: sender.kind,
      namedRecipientId: asked.namedRecipientId,
      askerId: asked.askerId,
      unitFor: (kind: AgencyKind) => {
        if (kind !== 'ot' && kind !== 'nav') return undefined;
        if (home === undefined) return directory.unitForAgency(sender, kind)?.id;
        return (kind === 'ot' ? directory.otUnitFor(home) : directory.navUnitFor(home))?.id;
      },
    });
  }
}

/** Nobody is to have it by itself: one who goes abroad or becomes an apprentice, unless the school names a recipient. */
export const staysHere = ({ type, data, namedRecipientId }: Asked): boolean =>
  type.handOver?.(data) === false && !namedRecipientId;

function homeMunicipalityOf(data: JsonObject): string | undefined {
  const { youth } = data;
  const home = isObject(youth) ? youth['homeMunicipality'] : undefined;
  return typeof home === 'string' ? home : undefined;
}

/** The type of a stored record: the catalogue never loses one that records were taken for. */
export function typeOf(key: string): RecordType {
  const type = findType(key);
  if (!type) throw new Error('a record of a type that the catalogue does not know');
  return type;
}
