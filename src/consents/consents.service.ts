import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import type { DataCategory } from '../catalogue/data-categories.js';
import type { Caller } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { dayOf, type Day } from '../common/days.js';
import {
  newId,
  type AgencyId,
  type ConsentId,
  type ControllerId,
  type OrgNumber,
  type YouthId,
} from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { keepReadersOut, lockClass } from '../database/locks.js';
import { withTx, type Tx } from '../database/tx.js';
import type { Directory } from '../directory/directory.js';
import { DirectoryService } from '../directory/directory.service.js';
import { Rechecks } from '../queue/recheck.js';
import { open, seal } from '../vault/seal.js';
import { identityOf, YouthsService, type Identity, type Youth } from '../vault/youths.service.js';
import type {
  ConsentReceiptDto,
  ConsentViewDto,
  GiveConsentDto,
  SignerDto,
  WithdrawConsentDto,
} from './consent.dto.js';
import { ConsentEntity } from './consent.entity.js';
import { faultsIn } from './faults.js';
import { likeReleases, lockConsentsOfYouths, lockGiving, withdraw } from './consents.sql.js';

/** A release in force, as the gate asks for it. */
export interface Release {
  readonly id: ConsentId;
  readonly youthId: YouthId;
  readonly fromAgencyId: AgencyId | null;
  readonly toAgencyId: AgencyId | null;
  readonly toControllerId: ControllerId | null;
  readonly recordTypes: readonly string[];
  readonly categories: readonly DataCategory[];
  readonly validFrom: Date;
  readonly validUntil: Day;
}

interface Sealed {
  readonly purpose: string;
  readonly signers: readonly SignerDto[];
}

@Injectable()
export class ConsentsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly directory: DirectoryService,
    private readonly youths: YouthsService,
    private readonly rechecks: Rechecks,
    private readonly audit: AuditService,
  ) {}

  /**
   * Registers a release. It belongs to the disclosing controller (GDPR art. 7(1): who discloses must be able to prove it), so
   * only an agency of that controller may. The same again, where the answer to the first was lost, is the same release: one withdrawal
   * must be enough.
   * @throws Problem invalid-request, consent-not-yours
   */
  async give(caller: Caller, input: GiveConsentDto): Promise<ConsentReceiptDto> {
    const now = this.clock.now();
    const errors = faultsIn(input, now, this.config);
    if (errors.length > 0) throw new Problem('invalid-request', errors);
    const { from, to } = parties(await this.directory.snapshot(), input);
    if (from.controllerId !== caller.controllerId) throw new Problem('consent-not-yours');
    const consentId = await withTx(this.db, async (tx) => {
      const wanted = { controllerId: caller.controllerId, identity: identityIn(input) };
      const [youth] = await this.youths.ensure(tx, [wanted], 'look');
      if (!youth) throw new Error('no youth was made');
      const said: Sealed = { purpose: input.purpose, signers: input.signers };
      const consent: Omit<ConsentEntity, 'id' | 'sealed'> = {
        controllerId: caller.controllerId,
        youthId: youth.id,
        fromAgencyId: from.agencyId,
        toAgencyId: to.agencyId,
        toControllerId: to.agencyId ? null : to.controllerId,
        recordTypes: [...input.recordTypes].sort(),
        categories: [...input.categories].sort(),
        validFrom: now,
        validUntil: input.validUntil as Day,
        state: 'given',
        registeredBy: caller.agencyId,
        registeredAt: now,
        withdrawnAt: null,
      };
      const before = await this.givenBefore(tx, consent, said, youth);
      if (before) return before;
      const id = newId<ConsentId>(this.clock);
      const sealed = seal(youth.key, Buffer.from(JSON.stringify(said)), aad(id, youth));
      await (await tx.manager()).insert(ConsentEntity, { ...consent, id, sealed });
      await this.trace(tx, caller, 'consent-given', { ...consent, id }, youth);
      this.rechecks.add(tx, [{ shard: youth.shard, cause: 'consent-given', subject: id }]);
      return id;
    });
    return { consentId, state: 'given' };
  }

  /** A release in force that says the same, to the words of its purpose and who signed it when. */
  private async givenBefore(
    tx: Tx,
    consent: Omit<ConsentEntity, 'id' | 'sealed'>,
    said: Sealed,
    youth: Youth,
  ): Promise<ConsentId | undefined> {
    tx.send(lockGiving, [lockClass.giving, youth.id]);
    const like = await tx.query<Pick<ConsentEntity, 'id' | 'sealed'>>(likeReleases, [
      youth.id,
      consent.controllerId,
      consent.fromAgencyId,
      consent.toAgencyId,
      consent.toControllerId,
      consent.recordTypes,
      consent.categories,
      consent.validUntil,
    ]);
    const plain: unknown = JSON.parse(JSON.stringify(said));
    return like.find(({ id, sealed }) => isDeepStrictEqual(saidIn(youth, id, sealed), plain))?.id;
  }

  /**
   * Takes a release back. When this returns, no later read by any recipient gives what relied on it. Again is fine.
   * @throws Problem not-found
   */
  async withdraw(caller: Caller, id: ConsentId, input: WithdrawConsentDto): Promise<ConsentReceiptDto> {
    await withTx(this.db, async (tx) => {
      keepReadersOut(tx);
      const { consent, youth } = await this.own(tx, caller, id);
      const moved = await tx.query(withdraw, [id, this.clock.now()]);
      if (moved.length === 0) return;
      await this.trace(tx, caller, 'consent-withdrawn', consent, youth, { by: input.by, how: input.how });
      this.rechecks.add(tx, [{ shard: youth.shard, cause: 'consent-withdrawn', subject: id }]);
    });
    return { consentId: id, state: 'withdrawn' };
  }

  /** What was said yes to, for agencies of the controller that it belongs to. @throws Problem not-found */
  async view(caller: Caller, id: ConsentId): Promise<ConsentViewDto> {
    const directory = await this.directory.snapshot();
    return withTx(this.db, async (tx) => {
      const { consent, youth } = await this.own(tx, caller, id);
      const { purpose, signers } = saidIn(youth, id, consent.sealed);
      await this.trace(tx, caller, 'consent-read', consent, youth);
      const lapsed = consent.validUntil < dayOf(this.clock.now());
      return {
        consentId: id,
        state: consent.state === 'given' && lapsed ? 'expired' : consent.state,
        from: numberOf(directory, consent.fromAgencyId, consent.controllerId),
        to: numberOf(directory, consent.toAgencyId, consent.toControllerId),
        recordTypes: consent.recordTypes,
        categories: consent.categories,
        purpose,
        validUntil: consent.validUntil,
        signers: [...signers],
        registeredBy: numberOf(directory, consent.registeredBy, null),
        registeredAt: consent.registeredAt.toISOString(),
        withdrawnAt: consent.withdrawnAt?.toISOString() ?? null,
      };
    });
  }

  /** The releases of some youths that were given and not withdrawn, locked `for share` by id until the transaction ends. */
  async lockReleases(tx: Tx, youths: Iterable<YouthId>): Promise<Map<YouthId, Release[]>> {
    const ids = [...new Set(youths)];
    const byYouth = new Map<YouthId, Release[]>();
    if (ids.length === 0) return byYouth;
    for (const release of await tx.query<Release>(lockConsentsOfYouths, [ids])) {
      const known = byYouth.get(release.youthId);
      if (known) known.push(release);
      else byYouth.set(release.youthId, [release]);
    }
    return byYouth;
  }

  private async own(
    tx: Tx,
    caller: Caller,
    id: ConsentId,
  ): Promise<{ consent: ConsentEntity; youth: Youth }> {
    const manager = await tx.manager();
    const consent = await manager.findOneBy(ConsentEntity, { id, controllerId: caller.controllerId });
    const youth = consent && (await this.youths.byId(tx, [consent.youthId])).get(consent.youthId);
    if (!consent || !youth) throw new Problem('not-found');
    return { consent, youth };
  }

  private async trace(
    tx: Tx,
    caller: Caller,
    act: 'consent-given' | 'consent-withdrawn' | 'consent-read',
    consent: Omit<ConsentEntity, 'sealed'>,
    youth: Youth,
    more: Record<string, string> = {},
  ): Promise<void> {
    this.audit.append(tx, [
      {
        act,
        controllerId: caller.controllerId,
        agencyId: caller.agencyId,
        consentId: consent.id,
        youthId: youth.id,
        auditKey: youth.auditKey,
        detail: {
          recordTypes: consent.recordTypes,
          categories: consent.categories,
          validUntil: consent.validUntil,
          ...more,
        },
      },
    ]);
  }
}

const aad = (id: ConsentId, youth: Youth): string[] => ['consent', youth.controllerId, youth.id, id];

const saidIn = (youth: Youth, id: ConsentId, sealed: Buffer): Sealed =>
  JSON.parse(open(youth.key, sealed, aad(id, youth)).toString('utf8')) as Sealed;

/** A consent may name its youth by the number alone. */
function identityIn({ youth }: GiveConsentDto): Identity {
  const { givenName = '', familyName = '', birthDate = '' } = youth;
  return identityOf({ ...youth, givenName, familyName, birthDate });
}

interface Party {
  readonly agencyId: AgencyId | null;
  readonly controllerId: ControllerId;
}

function parties(directory: Directory, input: GiveConsentDto): { from: Party; to: Party } {
  const find = (text: string, pointer: string): Party => {
    const number = text.slice(-9) as OrgNumber;
    const agency = directory.agencyByNumber(number);
    if (agency) return { agencyId: agency.id, controllerId: agency.controllerId };
    const controller = directory.controllerByNumber(number);
    if (controller) return { agencyId: null, controllerId: controller.id };
    throw new Problem('invalid-request', [{ pointer, code: 'unknown-agency' }]);
  };
  return { from: find(input.from, '/body/from'), to: find(input.to, '/body/to') };
}

function numberOf(
  directory: Directory,
  agencyId: AgencyId | null,
  controllerId: ControllerId | null,
): string {
  const number =
    (agencyId && directory.agencyById(agencyId)?.orgNumber) ||
    (controllerId && directory.controllerById(controllerId)?.orgNumber);
  if (!number) throw new Error('a consent names an agency that the directory has never had');
  return number;
}
