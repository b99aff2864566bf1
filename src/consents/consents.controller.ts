import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallerOf, Needs, type Caller } from '../common/access.js';
import { JsonBody, UuidParam } from '../common/dto.js';
import type { ConsentId } from '../common/ids.js';
import { ConsentReceiptDto, ConsentViewDto, GiveConsentDto, WithdrawConsentDto } from './consent.dto.js';
import { ConsentsService } from './consents.service.js';

@ApiTags('consents')
@ApiBearerAuth()
@Controller('v1/consents')
@Needs('stafett:consents')
export class ConsentsController {
  constructor(private readonly consents: ConsentsService) {}

  @Post()
  @ApiOperation({
    summary: 'Register a release from confidentiality (fvl. § 13 a nr. 1) that the youth has given',
    description:
      'One that is in force and says the same is answered with its own id, so that a call may be repeated.',
  })
  @ApiCreatedResponse({ type: ConsentReceiptDto })
  give(
    @CallerOf() caller: Caller,
    @JsonBody(GiveConsentDto) input: GiveConsentDto,
  ): Promise<ConsentReceiptDto> {
    return this.consents.give(caller, input);
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a release back' })
  @ApiOkResponse({ type: ConsentReceiptDto })
  withdraw(
    @CallerOf() caller: Caller,
    @UuidParam('id') id: string,
    @JsonBody(WithdrawConsentDto) input: WithdrawConsentDto,
  ): Promise<ConsentReceiptDto> {
    return this.consents.withdraw(caller, id as ConsentId, input);
  }

  @Get(':id')
  @ApiOperation({ summary: 'See a release of the own controller' })
  @ApiOkResponse({ type: ConsentViewDto })
  view(@CallerOf() caller: Caller, @UuidParam('id') id: string): Promise<ConsentViewDto> {
    return this.consents.view(caller, id as ConsentId);
  }
}
