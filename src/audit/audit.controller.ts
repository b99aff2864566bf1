import { Readable } from 'node:stream';
import { Controller, Get, Header, HttpCode, Post, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { CallerOf, Needs, type Caller } from '../common/access.js';
import { JsonBody, QueryOf } from '../common/dto.js';
import { writings, type Writing } from './questions/formats.js';
import {
  EntriesDto,
  EntriesQuery,
  ExportQuery,
  SearchDto,
  StaffEntriesDto,
  StaffSearchDto,
  type EntryDto,
} from './reading.dto.js';
import { ReadingService } from './reading.service.js';
import { StaffSearchService } from './staff-search.service.js';

@ApiTags('audit')
@ApiBearerAuth()
@Controller('v1/audit')
@Needs('stafett:audit')
export class AuditController {
  constructor(
    private readonly reading: ReadingService,
    private readonly staff: StaffSearchService,
  ) {}

  @Get('entries')
  @ApiOperation({ summary: 'Entries that the own controller is a side of, oldest first' })
  @ApiOkResponse({ type: EntriesDto })
  entries(@CallerOf() caller: Caller, @QueryOf(EntriesQuery) query: EntriesQuery): Promise<EntriesDto> {
    return this.reading.entries(caller, query);
  }

  @Get('entries/export')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'All entries that answer a question at this moment, as CSV (RFC 4180) or JSON Lines, streamed',
  })
  @ApiProduces(...Object.values(writings).map(({ type }) => type))
  async export(
    @CallerOf() caller: Caller,
    @QueryOf(ExportQuery) query: ExportQuery,
  ): Promise<StreamableFile> {
    const { format = 'csv' } = query;
    const pages = await this.reading.export(caller, query, format);
    // In bytes, not in objects: the next page is asked for when the last has been taken. A reader that hangs up ends the pages.
    return new StreamableFile(Readable.from(bytesOf(pages, writings[format]), { objectMode: false }), {
      type: writings[format].type,
      disposition: `attachment; filename="entries.${format}"`,
    });
  }

  @Post('searches')
  @HttpCode(200)
  @ApiOperation({ summary: 'All entries about one youth; the search and its reason become an entry' })
  @ApiOkResponse({ type: EntriesDto })
  search(@CallerOf() caller: Caller, @JsonBody(SearchDto) input: SearchDto): Promise<EntriesDto> {
    return this.reading.search(caller, input);
  }

  @Post('staff-searches')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'All entries in which one person acted for the own controller, as far as keys of staff ids are left; the search and its reason become an entry',
  })
  @ApiOkResponse({ type: StaffEntriesDto })
  searchStaff(
    @CallerOf() caller: Caller,
    @JsonBody(StaffSearchDto) input: StaffSearchDto,
  ): Promise<StaffEntriesDto> {
    return this.staff.search(caller, input);
  }
}

async function* bytesOf(
  pages: AsyncIterable<readonly EntryDto[]>,
  { head, write }: Writing,
): AsyncGenerator<Buffer> {
  if (head) yield Buffer.from(head);
  for await (const page of pages) yield Buffer.from(write(page));
}
