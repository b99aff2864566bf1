import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AnyAgency, CallerOf, Needs, type Caller } from '../../common/access.js';
import { JsonBody, UuidParam } from '../../common/dto.js';
import type { TransferId } from '../../common/ids.js';
import { DisclosureProofsDto, DisclosuresDto, ReceiptsDto } from './receipts.dto.js';
import { ReceiptsService } from './receipts.service.js';

@ApiTags('log')
@ApiBearerAuth()
@Controller('v1')
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptsService) {}

  @Get('log/receipts/:transfer')
  @AnyAgency()
  @ApiOperation({
    summary: 'Proof that a transfer was disclosed and acknowledged, for its sender and recipient',
  })
  @ApiOkResponse({ type: ReceiptsDto })
  ofTransfer(@CallerOf() caller: Caller, @UuidParam('transfer') transfer: string): Promise<ReceiptsDto> {
    return this.receipts.ofTransfer(caller, transfer as TransferId);
  }

  @Post('audit/disclosure-proofs')
  @HttpCode(200)
  @Needs('stafett:audit')
  @ApiOperation({
    summary: 'For a youth: proof of each disclosure of its data, to be checked without the hub',
  })
  @ApiOkResponse({ type: DisclosureProofsDto })
  ofYouth(
    @CallerOf() caller: Caller,
    @JsonBody(DisclosuresDto) input: DisclosuresDto,
  ): Promise<DisclosureProofsDto> {
    return this.receipts.ofYouth(caller, input);
  }
}
