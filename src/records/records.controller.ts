import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { CallerOf, Needs, SharesItself, type Caller, type HubRequest } from '../common/access.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { FairShare } from '../database/fair-share.js';
import { withTx } from '../database/tx.js';
import { IntakeService } from './intake.service.js';
import type { Outcome } from './outcome.js';
import { PrepareService } from './prepare.service.js';
import type { Prepared, Receipt } from './record.js';
import { ApiEvents, ApiReceipts } from './records.openapi.js';
import { readRequest, type Line } from './request.js';

@ApiTags('records')
@ApiBearerAuth()
@Controller('v1/records')
@Needs('stafett:records.write')
export class RecordsController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @InjectDataSource() private readonly db: DataSource,
    private readonly prepare: PrepareService,
    private readonly intake: IntakeService,
    private readonly audit: AuditService,
    private readonly share: FairShare,
  ) {}

  @Post()
  @HttpCode(202)
  @SharesItself()
  @ApiEvents('Push one event, or up to 500')
  @ApiReceipts()
  async push(@CallerOf() caller: Caller, @Req() request: HubRequest): Promise<{ receipts: Receipt[] }> {
    this.intake.admit(caller);
    const { single, lines } = readRequest(request, this.config.http.maxEvents);
    const prepared = await this.prepare.prepareAll(caller, lines);
    const accepted = await this.intake.accept(
      caller,
      prepared.filter((p): p is Prepared => !(p instanceof Problem)),
      request.body instanceof Uint8Array ? request.body.length : 0,
    );
    let next = 0;
    const outcomes = prepared.map((p): Outcome =>
      p instanceof Problem ? { problem: p } : (accepted[next++] as Outcome),
    );
    return this.answer(caller, single, lines, await this.asToldFirst(caller, lines, outcomes));
  }

  /** What was taken once and is told again has its first receipt, though it would be refused today: its recipient has left, its days have passed. */
  private async asToldFirst(
    caller: Caller,
    lines: readonly Line[],
    outcomes: readonly Outcome[],
  ): Promise<readonly Outcome[]> {
    const again = outcomes.flatMap((outcome, index) => {
      const line = lines[index];
      // Another's event under the same id is another event.
      return line && 'event' in line && 'problem' in outcome && outcome.problem.code !== 'source-not-yours'
        ? [{ index, eventId: line.event.id, contentHash: this.prepare.contentHash(caller, line.event) }]
        : [];
    });
    if (again.length === 0) return outcomes;
    const told = await this.share.run(caller.agencyId, () => this.intake.firstReceipts(caller, again));
    const firsts = new Map(again.map(({ index }, i) => [index, told[i]]));
    return outcomes.map((outcome, index) => firsts.get(index) ?? outcome);
  }

  private async answer(
    caller: Caller,
    single: boolean,
    lines: readonly Line[],
    outcomes: readonly Outcome[],
  ): Promise<{ receipts: Receipt[] }> {
    const refused = outcomes.flatMap((outcome, index) =>
      'problem' in outcome
        ? [{ index, eventId: lines[index]?.eventId ?? null, problem: outcome.problem }]
        : [],
    );
    const [only] = refused;
    if (single && only) throw only.problem;
    if (refused.length === outcomes.length) throw new Problem('batch-refused', [], { problems: refused });
    if (refused.length > 0)
      await this.traceRefused(
        caller,
        refused.map(({ problem }) => problem),
      );
    return {
      receipts: outcomes.map((outcome, index) => receiptOf(index, lines[index]?.eventId ?? null, outcome)),
    };
  }

  /** A batch of which some were taken is answered 202, so that the filter which traces refused calls does not see it. */
  private async traceRefused(caller: Caller, problems: readonly Problem[]): Promise<void> {
    const codes = [...new Set(problems.map(({ code }) => code))].sort();
    const { controllerId, agencyId } = caller;
    await withTx(this.db, (tx) =>
      this.audit.append(tx, [
        {
          act: 'call-refused',
          controllerId,
          agencyId,
          detail: { codes, events: problems.length, method: 'POST', route: '/v1/records' },
        },
      ]),
    );
  }
}

function receiptOf(index: number, eventId: string | null, outcome: Outcome): Receipt {
  if ('problem' in outcome)
    return {
      index,
      eventId,
      recordId: null,
      state: null,
      duplicate: false,
      problem: outcome.problem.toJSON(),
    };
  const { recordId, state, duplicate } = outcome;
  return { index, eventId, recordId, state, duplicate, problem: null };
}
