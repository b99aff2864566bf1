import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallerOf, Needs, type Caller } from '../common/access.js';
import { JsonBody, QueryOf } from '../common/dto.js';
import { EntriesDto, EntriesQuery, SearchDto } from './reading.dto.js';
import { ReadingService } from './reading.service.js';

@ApiTags('audit')
@ApiBearerAuth()
@Controller('v1/audit')
@Needs('stafett:audit')
export class AuditController {
  constructor(private readonly reading: ReadingService) {}

  @Get('entries')
  @ApiOperation({ summary: 'Entries that the own controller is a side of, oldest first' })
  @ApiOkResponse({ type: EntriesDto })
  entries(@CallerOf() caller: Caller, @QueryOf(EntriesQuery) query: EntriesQuery): Promise<EntriesDto> {
    return this.reading.entries(caller, query);
  }

  @Post('searches')
  @HttpCode(200)
  @ApiOperation({ summary: 'All entries about one youth; the search and its reason become an entry' })
  @ApiBody({ type: SearchDto })
  @ApiOkResponse({ type: EntriesDto })
  search(@CallerOf() caller: Caller, @JsonBody(SearchDto) input: SearchDto): Promise<EntriesDto> {
    return this.reading.search(caller, input);
  }
}
