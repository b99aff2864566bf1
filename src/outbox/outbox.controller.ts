import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallerOf, Needs, type Caller } from '../common/access.js';
import { QueryOf, UuidParam } from '../common/dto.js';
import type { RecordId } from '../common/ids.js';
import { OutboxPageDto, OutboxQuery, RecordViewDto } from './outbox.dto.js';
import { OutboxService } from './outbox.service.js';

@ApiTags('outbox')
@ApiBearerAuth()
@Controller('v1')
export class OutboxController {
  constructor(private readonly outbox: OutboxService) {}

  @Get('records/:id')
  @Needs('stafett:records.write', 'stafett:inbox')
  @ApiOperation({
    summary: 'What became of a record: for its sender, and for each recipient its own transfer',
  })
  @ApiOkResponse({ type: RecordViewDto })
  one(@CallerOf() caller: Caller, @UuidParam('id') id: string): Promise<RecordViewDto> {
    return this.outbox.one(caller, id as RecordId);
  }

  @Get('outbox')
  @Needs('stafett:records.write')
  @ApiOperation({
    summary: 'What the caller has sent, oldest first',
    description:
      'Its cursor is for paging. What was sent at the same time as the last of a page, or takes the asked state later, may stand before the cursor: begin anew to see it.',
  })
  @ApiOkResponse({ type: OutboxPageDto })
  page(@CallerOf() caller: Caller, @QueryOf(OutboxQuery) query: OutboxQuery): Promise<OutboxPageDto> {
    return this.outbox.page(caller, query);
  }
}
