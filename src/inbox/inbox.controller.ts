import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { findType } from '../catalogue/catalogue.js';
import { CallerOf, ConnectionOf, Needs, SharesItself, type Caller } from '../common/access.js';
import type { Cursors } from '../common/cursor.js';
import { JsonBody, QueryOf } from '../common/dto.js';
import { pointerStep } from '../common/json.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { FairShare } from '../database/fair-share.js';
import { WakeupsService } from '../dispatch/wakeups.service.js';
import { Metrics } from '../telemetry/metrics.js';
import { VaultService } from '../vault/vault.service.js';
import { AnswersService } from './answers.service.js';
import {
  AcknowledgedDto,
  AcknowledgementDto,
  InboxPageDto,
  InboxQuery,
  RejectedDto,
  RejectionDto,
} from './inbox.dto.js';
import { PullService, type Page } from './pull.service.js';

const DEFAULT_LIMIT = 100;
/**
 * How many an agency may have waiting in one process. At news each of them looks, in a transaction of its own; a system needs one for each
 * inbox and record type that it reads.
 */
const MOST_WAITING = 32;

@ApiTags('inbox')
@ApiBearerAuth()
@Controller('v1/inbox')
@Needs('stafett:inbox')
export class InboxController {
  private readonly cursors: Cursors;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly pulls: PullService,
    private readonly answers: AnswersService,
    private readonly wakeups: WakeupsService,
    private readonly share: FairShare,
    private readonly metrics: Metrics,
    vault: VaultService,
  ) {
    this.cursors = vault.cursors();
  }

  @Get()
  @SharesItself()
  @ApiOperation({ summary: 'What is addressed to the caller, in order' })
  @ApiOkResponse({ type: InboxPageDto })
  async pull(
    @CallerOf() caller: Caller,
    @QueryOf(InboxQuery) query: InboxQuery,
    @ConnectionOf() connection: Socket,
  ): Promise<InboxPageDto> {
    const types = typesOf(query.type);
    const after =
      query.after === undefined ? undefined : readPlace(this.cursors, listOf(caller, types), query.after).no;
    const limit = query.limit ?? DEFAULT_LIMIT;
    const seconds = query.wait ?? 0;
    const isCrowded = this.wakeups.waitersOf(caller.agencyId) >= MOST_WAITING;
    const page = await (seconds === 0 || isCrowded
      ? this.page(caller, after, types, limit, connection)
      : this.waitFor(caller, after, types, limit, seconds, connection));
    // Else it would ask again as fast as it is answered.
    if (isCrowded && page.events.length === 0)
      await sleep(Math.min(seconds, this.config.inbox.pollSeconds) * 1000);
    return {
      events: [...page.events],
      cursor: this.cursors.encode(listOf(caller, types), placeOf(page.upTo, types)),
      more: page.more,
    };
  }

  @Post('acknowledgements')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say that transfers have arrived and are kept' })
  @ApiOkResponse({ type: AcknowledgedDto })
  async acknowledge(
    @CallerOf() caller: Caller,
    @JsonBody(AcknowledgementDto) input: AcknowledgementDto,
  ): Promise<AcknowledgedDto> {
    const { through, transfers } = input;
    if ((through === undefined) === (transfers === undefined))
      throw new Problem('invalid-request', [{ pointer: '/body', code: 'one-of' }]);
    if (transfers)
      return { results: await this.answers.answer(caller, transfers, { state: 'acknowledged' }) };
    const { no, types } = this.placeOfAny(caller, through ?? '');
    return this.answers.acknowledgeThrough(caller, no, types);
  }

  @Post('rejections')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send transfers back; their senders get a notice' })
  @ApiOkResponse({ type: RejectedDto })
  async reject(
    @CallerOf() caller: Caller,
    @JsonBody(RejectionDto) input: RejectionDto,
  ): Promise<RejectedDto> {
    return {
      results: await this.answers.answer(caller, input.transfers, {
        state: 'rejected',
        reason: input.reason,
      }),
    };
  }

  /** When it is the caller's turn, if it is still there. */
  private page(
    caller: Caller,
    after: string | undefined,
    types: readonly string[] | null,
    limit: number,
    connection: Socket,
  ): Promise<Page> {
    return this.share.run(caller.agencyId, async () =>
      connection.destroyed ? nothingAfter(after) : this.pulls.page(caller, after, types, limit),
    );
  }

  /**
   * Registers, looks, waits, and looks again: at news, and every few seconds where a wake-up was lost. A wait holds no transaction, and ends
   * when who asked is gone: nothing is handed out to nobody.
   */
  private async waitFor(
    caller: Caller,
    after: string | undefined,
    types: readonly string[] | null,
    limit: number,
    seconds: number,
    connection: Socket,
  ): Promise<Page> {
    const until = performance.now() + seconds * 1000;
    const waiter = this.wakeups.register(caller.agencyId);
    // One request of a connection is worked at at a time (Connections), so it has one such listener.
    connection.once('close', waiter.close);
    this.metrics.openPolls.inc();
    try {
      // Who polls again at once after a page finds nothing new, and need not look to know it.
      const quietMs = after === undefined ? 0 : this.wakeups.quietMs(caller.agencyId, placeOf(after, types));
      if (quietMs > 0) await waiter.next(Math.min(seconds * 1000, quietMs));
      for (let from = after; ;) {
        const left = until - performance.now();
        if (connection.destroyed) return nothingAfter(from);
        const seen = this.wakeups.beginLook(caller.agencyId);
        const page = await this.page(caller, from, types, limit, connection);
        // Perhaps nobody has looked.
        if (connection.destroyed) return page;
        if (!page.more) seen(placeOf(page.upTo, types));
        if (page.events.length > 0 || page.more || left <= 0 || this.wakeups.isStopping) return page;
        // What was passed over once (withdrawn, say) is not looked at again; without a cursor only open ones are asked for.
        if (after !== undefined) from = page.upTo;
        await waiter.next(Math.min(left, this.config.inbox.pollSeconds * 1000));
      }
    } finally {
      this.metrics.openPolls.dec();
      connection.off('close', waiter.close);
      waiter.close();
    }
  }

  /** A cursor says itself which filter it belongs to, so that acknowledging needs no filter beside it. */
  private placeOfAny(caller: Caller, cursor: string): Place {
    const types = this.cursors.peek(cursor, typesIn);
    return readPlace(this.cursors, listOf(caller, types), cursor);
  }
}

const nothingAfter = (no: string | undefined): Page => ({ events: [], upTo: no ?? '0', more: false });

interface Place {
  readonly no: string;
  readonly types: readonly string[] | null;
}

const listOf = (caller: Caller, types: readonly string[] | null): string[] => [
  'inbox',
  caller.agencyId,
  ...(types ?? ['*']),
];
const placeOf = (no: string, types: readonly string[] | null): string => JSON.stringify([no, types]);
const parsePlace = (place: string): Place => {
  const [no, types] = JSON.parse(place) as [string, string[] | null];
  return { no, types };
};
/** The filter in a place of an inbox. No other list has a place of this form; what has none is refused by `readPlace` as another list's. */
const typesIn = (place: string): readonly string[] | null =>
  /^\["\d+",/.test(place) ? parsePlace(place).types : null;
const readPlace = (cursors: Cursors, list: readonly string[], cursor: string): Place =>
  parsePlace(cursors.decode(list, cursor));

function typesOf(given: readonly string[] | undefined): string[] | null {
  if (!given || given.length === 0) return null;
  given.forEach((key, i) => {
    if (key !== 'notice' && !findType(key))
      throw new Problem('invalid-request', [{ pointer: `/query/type${pointerStep(i)}`, code: 'code' }]);
  });
  return [...new Set(given)].sort();
}
