import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { AnyAgency, Needs, type HubRequest } from '../../common/access.js';
import { QueryOf, UuidParam } from '../../common/dto.js';
import type { EntryId } from '../../common/ids.js';
import { Problem } from '../../common/problems.js';
import { LOG_KEY } from '../seal/log-key.js';
import { formatVerifierKey, type SignerKey } from '../verify/note.js';
import { FormatError } from '../verify/text.js';
import { parseTilePath, type TileName } from '../verify/tiles.js';
import { CheckpointsDto, CheckpointsQuery, MOST_CHECKPOINTS } from './log.dto.js';
import { LogService } from './log.service.js';

const TEXT = 'text/plain; charset=utf-8';
const BYTES = 'application/octet-stream';
/** A newer checkpoint may be there in a second. The log is not public, so no shared cache keeps any of it. */
const FRESH = 'private, max-age=1';
/** What was published never changes. */
const FOR_EVER = 'private, max-age=31536000, immutable';
const PREFIX = '/v1/log/';

/** The log as C2SP tlog-tiles lays it out. Entries name what happened on which day, so that they are for auditors alone. */
@ApiTags('log')
@ApiBearerAuth()
@Controller('v1/log')
@AnyAgency()
export class LogController {
  constructor(
    private readonly log: LogService,
    @Inject(LOG_KEY) private readonly key: SignerKey,
  ) {}

  @Get('checkpoint')
  @Header('content-type', TEXT)
  @Header('cache-control', FRESH)
  @ApiOperation({ summary: 'The newest signed checkpoint (C2SP tlog-checkpoint)' })
  @ApiProduces('text/plain')
  async checkpoint(): Promise<string> {
    return (await this.log.checkpoint()).note;
  }

  @Get('checkpoints')
  @ApiOperation({ summary: 'Every checkpoint that was ever signed, the smallest tree first' })
  @ApiOkResponse({ type: CheckpointsDto })
  async checkpoints(@QueryOf(CheckpointsQuery) query: CheckpointsQuery): Promise<CheckpointsDto> {
    const { after = -1, limit = MOST_CHECKPOINTS } = query;
    const found = await this.log.checkpoints(after, limit + 1);
    return { checkpoints: found.slice(0, limit).map(({ note }) => note), more: found.length > limit };
  }

  @Get('key')
  @Header('content-type', TEXT)
  @Header('cache-control', FRESH)
  @ApiOperation({
    summary:
      'The verifier key (C2SP signed-note), to compare with the one that was handed over by other means',
  })
  @ApiProduces('text/plain')
  verifierKey(): string {
    return `${formatVerifierKey(this.key)}\n`;
  }

  @Get('tile/entries/*')
  @Needs('stafett:audit')
  @Header('content-type', BYTES)
  @Header('cache-control', FOR_EVER)
  @ApiParam({
    name: 'path',
    example: '000',
    description: 'The bundle’s number, or that and `.p/` and its width',
  })
  @ApiOperation({ summary: 'A bundle of up to 256 entries (C2SP tlog-tiles)' })
  @ApiProduces(BYTES)
  entries(@Req() request: HubRequest): Promise<Buffer> {
    const name = tileOf(request);
    if (name.level !== 'entries') throw new Problem('not-found');
    return this.log.tile(name);
  }

  @Get('tile/*')
  @Header('content-type', BYTES)
  @Header('cache-control', FOR_EVER)
  @ApiParam({
    name: 'path',
    example: '0/000',
    description: 'Level and number, or those and `.p/` and its width',
  })
  @ApiOperation({ summary: 'A tile of up to 256 hashes (C2SP tlog-tiles)' })
  @ApiProduces(BYTES)
  tile(@Req() request: HubRequest): Promise<Buffer> {
    const name = tileOf(request);
    if (name.level === 'entries') throw new Problem('not-found');
    return this.log.tile(name);
  }

  @Get('proofs/:entry')
  @Header('content-type', TEXT)
  @Header('cache-control', FRESH)
  @ApiOperation({ summary: 'Proof that an entry stands in the log (C2SP tlog-proof); `extra` is the leaf' })
  @ApiProduces('text/plain')
  proof(@UuidParam('entry') entry: string): Promise<string> {
    return this.log.proof(entry as EntryId);
  }
}

/** The path as it was sent: each tile has one spelling, and no other is served. @throws Problem not-found */
function tileOf({ url }: HubRequest): TileName {
  try {
    return parseTilePath(url.startsWith(PREFIX) ? url.slice(PREFIX.length) : '');
  } catch (error) {
    if (error instanceof FormatError) throw new Problem('not-found');
    throw error;
  }
}
