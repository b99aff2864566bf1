import { Body, Controller, Get, Headers, Put } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { AnyAgency, CallerOf, Needs, type AgencyKind, type Caller } from '../common/access.js';
import { QueryOf } from '../common/dto.js';
import { Problem } from '../common/problems.js';
import { withTx } from '../database/tx.js';
import { VaultService } from '../vault/vault.service.js';
import { recordTo } from './directory.audit.js';
import { AgencyList, AgencyQuery, DirectoryCounts, type AgencyView } from './directory.dto.js';
import type { Agency } from './directory.js';
import { readDirectoryBody, scopeProblem } from './directory.request.js';
import { DirectoryScopeError, DirectoryService } from './directory.service.js';

@ApiTags('directory')
@ApiBearerAuth()
@Controller('v1')
export class DirectoryController {
  constructor(
    private readonly directory: DirectoryService,
    private readonly audit: AuditService,
    private readonly vault: VaultService,
    @InjectDataSource() private readonly db: DataSource,
  ) {}

  @Get('agencies')
  @AnyAgency()
  @ApiOperation({ summary: 'The agencies that take part, by organisation number' })
  @ApiOkResponse({ type: AgencyList })
  async list(@QueryOf(AgencyQuery) query: AgencyQuery, @CallerOf() caller: Caller): Promise<AgencyList> {
    const { kind, after, limit = 100 } = query;
    const list = listOf(caller, kind);
    const cursors = this.vault.cursors();
    const from = after === undefined ? '' : cursors.decode(list, after);
    const all = (await this.directory.snapshot())
      .agencies({ kind })
      .filter((agency) => agency.orgNumber > from);
    const page = all.slice(0, limit);
    return {
      items: page.map(view),
      cursor: cursors.encode(list, page.at(-1)?.orgNumber ?? from),
      more: all.length > page.length,
    };
  }

  @Put('directory')
  @Needs('stafett:admin')
  @ApiOperation({ summary: 'Makes your own county’s part of the directory what the body says' })
  @ApiConsumes('application/json', 'application/yaml')
  @ApiBody({
    description: 'The shape of config/directory/oppland.yaml; see docs/directory.md',
    schema: { type: 'object' },
  })
  @ApiOkResponse({ type: DirectoryCounts })
  async put(
    @Body() body: unknown,
    @Headers('content-type') type: string | undefined,
    @CallerOf() caller: Caller,
  ): Promise<DirectoryCounts> {
    if (caller.kind !== 'county') throw new Problem('insufficient-scope');
    const file = readDirectoryBody(body, type, caller);
    try {
      const changes = await withTx(this.db, (tx) =>
        this.directory.load(tx, file, recordTo(this.audit, caller), caller.county),
      );
      const { list: _, ...counts } = changes;
      return counts;
    } catch (error) {
      throw error instanceof DirectoryScopeError ? scopeProblem(error.refused, file) : error;
    }
  }
}

const listOf = (caller: Caller, kind: AgencyKind | undefined): string[] => [
  'agencies',
  caller.agencyId,
  kind ?? '',
];

const view = ({ orgNumber, kind, name, county, municipality, active }: Agency): AgencyView => ({
  orgNumber,
  kind,
  name,
  county,
  municipality,
  active,
});
