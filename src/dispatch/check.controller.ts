import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CallerOf, Needs, type Caller, type HubRequest } from '../common/access.js';
import { urnOfOrgNumber, type AgencyId, type RecordId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { ConsentsService } from '../consents/consents.service.js';
import { withTx, type Tx } from '../database/tx.js';
import type { Directory } from '../directory/directory.js';
import { DirectoryService } from '../directory/directory.service.js';
import { findRecords } from '../records/intake.sql.js';
import { idReused } from '../records/outcome.js';
import { PrepareService } from '../records/prepare.service.js';
import type { Prepared } from '../records/record.js';
import { ApiChecks, ApiEvents } from '../records/records.openapi.js';
import { referencesOf, wrongReferences } from '../records/references.js';
import { readRequest } from '../records/request.js';
import { YouthsService } from '../vault/youths.service.js';
import { askers } from './dispatch.sql.js';
import { PlanService, staysHere, type Asked, type Judged } from './plan.service.js';

/** What would become of one event for one recipient. */
interface CheckedTransfer {
  readonly recipient: string;
  readonly would: 'deliver' | 'hold' | 'refuse';
  readonly reason: string | null;
  readonly categories: readonly string[];
  readonly withheld: string;
  readonly ground: string;
}

interface CheckedEvent {
  readonly index: number;
  readonly eventId: string | null;
  readonly reason: string | null;
  readonly transfers: readonly CheckedTransfer[];
  readonly problem: object | null;
}

/** Tells a sender, storing nothing, what would go to whom on which ground. */
@ApiTags('records')
@ApiBearerAuth()
@Controller('v1/records/check')
@Needs('stafett:records.write')
export class CheckController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly db: DataSource,
    private readonly directory: DirectoryService,
    private readonly prepare: PrepareService,
    private readonly youths: YouthsService,
    private readonly consents: ConsentsService,
    private readonly plans: PlanService,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiEvents('What would become of these events; stores nothing')
  @ApiChecks()
  async check(@CallerOf() caller: Caller, @Req() request: HubRequest): Promise<{ checks: CheckedEvent[] }> {
    const { single, lines } = readRequest(request, this.config.http.maxEvents);
    const prepared = await this.prepare.prepareAll(caller, lines);
    const directory = await this.directory.snapshot();
    const [only] = prepared;
    if (single && only instanceof Problem) throw only;
    const checks = await withTx(this.db, async (tx) => {
      const reused = await reusedIds(tx, caller, prepared);
      const answers: CheckedEvent[] = [];
      for (const [index, event] of prepared.entries()) {
        const eventId = lines[index]?.eventId ?? null;
        const problem = event instanceof Problem ? event : reused.get(event);
        answers.push(
          problem
            ? { index, eventId, reason: null, transfers: [], problem: problem.toJSON() }
            : { index, ...(await this.one(tx, caller, directory, event as Prepared)) },
        );
      }
      return answers;
    });
    return { checks };
  }

  private async one(
    tx: Tx,
    caller: Caller,
    directory: Directory,
    event: Prepared,
  ): Promise<Omit<CheckedEvent, 'index'>> {
    const known = event.youth
      ? await this.youths.find(tx, caller.controllerId, event.youth.identity.nationalId)
      : undefined;
    const releases = known ? ((await this.consents.lockReleases(tx, [known.id])).get(known.id) ?? []) : [];
    const asker = event.inReplyTo
      ? (await tx.query<{ id: RecordId; senderId: AgencyId }>(askers, [[event.inReplyTo]]))[0]
      : undefined;
    const alone = [{ caller, prepared: event }];
    const wrong = wrongReferences(alone, await referencesOf(tx, alone), () => known?.id).get(0);
    if (wrong) return { eventId: event.eventId, reason: null, transfers: [], problem: wrong.toJSON() };
    const answer = { eventId: event.eventId, reason: null, transfers: [], problem: null };
    const told = event.youth?.protection ?? 'none';
    const asked: Asked = {
      type: event.type,
      senderId: caller.agencyId,
      namedRecipientId: event.recipientId,
      askerId: asker?.senderId ?? null,
      holdForConsent: event.holdForConsent,
      // The grade that the event itself tells counts too, known youth or not.
      youth: told === 'none' ? known : { protection: told },
      releases,
      data: event.data,
    };
    if (staysHere(asked)) return { ...answer, reason: 'no-hand-over' };
    const { recipients, judged } = this.plans.judgeAll(directory, asked);
    return {
      ...answer,
      reason: 'none' in recipients ? recipients.none : null,
      transfers: judged.map((one) => describe(directory, one)),
    };
  }
}

/** Events under whose id the caller has sent something else. */
async function reusedIds(
  tx: Tx,
  caller: Caller,
  prepared: readonly (Prepared | Problem)[],
): Promise<Map<Prepared, Problem>> {
  const events = prepared.filter((event): event is Prepared => !(event instanceof Problem));
  const held = await tx.query<{ eventId: string; contentHash: Buffer }>(findRecords, [
    events.map(() => caller.agencyId),
    events.map(({ eventId }) => eventId),
  ]);
  const hashes = new Map(held.map(({ eventId, contentHash }) => [eventId, contentHash]));
  const reused = events.filter(
    ({ eventId, contentHash }) => hashes.get(eventId)?.equals(contentHash) === false,
  );
  return new Map(reused.map((event) => [event, idReused()]));
}

function describe(directory: Directory, { recipientId, verdict }: Judged): CheckedTransfer {
  const agency = directory.agencyById(recipientId);
  const recipient = agency ? urnOfOrgNumber(agency.orgNumber) : '';
  if (verdict.do === 'refuse')
    return { recipient, would: 'refuse', reason: verdict.reason, categories: [], withheld: '', ground: '' };
  return {
    recipient,
    would: verdict.do,
    reason: verdict.do === 'hold' ? verdict.reason : null,
    categories: verdict.categories,
    withheld: verdict.withheld.join(' '),
    ground: verdict.grounds.join(' '),
  };
}
