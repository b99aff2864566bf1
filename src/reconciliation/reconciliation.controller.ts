import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallerOf, Needs, type Caller } from '../common/access.js';
import { JsonBody, QueryOf, UuidParam } from '../common/dto.js';
import type { DiscrepancyId } from '../common/ids.js';
import { Problem } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import { CONFIG } from '../config/config.module.js';
import { DiscrepanciesService } from './discrepancies.service.js';
import {
  DiscrepanciesDto,
  DiscrepanciesQuery,
  DiscrepancyDto,
  ResolutionInput,
  RunDto,
  RunInput,
} from './reconciliation.dto.js';
import { RunsService } from './runs.service.js';

@ApiTags('reconciliation')
@ApiBearerAuth()
@Controller('v1')
@Needs('stafett:reconciliation', 'stafett:admin')
export class ReconciliationController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly runs: RunsService,
    private readonly discrepancies: DiscrepanciesService,
  ) {}

  @Post('reconciliation/runs')
  @ApiOperation({ summary: 'Looks now for what has gone wrong on the own controller’s side' })
  @ApiCreatedResponse({ type: RunDto })
  run(@CallerOf() caller: Caller, @JsonBody(RunInput) { kind, asOf }: RunInput): Promise<RunDto> {
    if (asOf !== undefined && this.config.environment === 'production')
      throw new Problem('not-in-production');
    return this.runs.run({ kind, asOf, caller });
  }

  @Get('discrepancies')
  @ApiOperation({
    summary: 'What the runs have found on the own controller’s side, oldest first',
    description:
      'Its cursor is for paging. What a run that goes on has found, or takes the asked state later, may stand before the cursor: begin anew to see it.',
  })
  @ApiOkResponse({ type: DiscrepanciesDto })
  list(
    @CallerOf() caller: Caller,
    @QueryOf(DiscrepanciesQuery) query: DiscrepanciesQuery,
  ): Promise<DiscrepanciesDto> {
    return this.discrepancies.page(caller, query);
  }

  @Post('discrepancies/:id/resolution')
  @HttpCode(200)
  @ApiOperation({ summary: 'Says what came of it' })
  @ApiOkResponse({ type: DiscrepancyDto })
  resolve(
    @CallerOf() caller: Caller,
    @UuidParam('id') id: string,
    @JsonBody(ResolutionInput) input: ResolutionInput,
  ): Promise<DiscrepancyDto> {
    return this.discrepancies.resolve(caller, id as DiscrepancyId, input);
  }
}
