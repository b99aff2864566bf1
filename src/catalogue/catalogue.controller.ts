import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { AnyAgency } from '../common/access.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { dayOf } from '../common/days.js';
import { QueryOf } from '../common/dto.js';
import type { JsonObject } from '../common/json.js';
import { Problem } from '../common/problems.js';
import { RecordTypeList, RecordTypesQuery, SchemaQuery } from './catalogue.dto.js';
import { findType, recordTypes } from './catalogue.js';
import { describeType } from './describe.js';
import { schemaOf } from './json-schema.js';
import { textsIn } from './texts.js';

/** What can be sent to whom, on which ground, and in which shape. */
@ApiTags('record types')
@ApiBearerAuth()
@Controller('v1/record-types')
@AnyAgency()
export class CatalogueController {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  @Get()
  @ApiOperation({ summary: 'The record types, their routes, and the grounds in force today' })
  @ApiOkResponse({ type: RecordTypeList })
  list(@QueryOf(RecordTypesQuery) { lang = 'en' }: RecordTypesQuery): RecordTypeList {
    const today = dayOf(this.clock.now());
    const texts = textsIn(lang);
    return { items: recordTypes.map((type) => describeType(type, today, texts)), cursor: null, more: false };
  }

  @Get(':key/schema')
  @Header('content-type', 'application/schema+json')
  @ApiOperation({ summary: "The JSON Schema (2020-12) of a record type's data" })
  @ApiParam({ name: 'key', example: 'referral' })
  @ApiOkResponse({
    content: { 'application/schema+json': { schema: { type: 'object', additionalProperties: true } } },
  })
  schema(
    @Param('key') key: string,
    @QueryOf(SchemaQuery) { view = 'sent', lang = 'en' }: SchemaQuery,
  ): JsonObject {
    const type = findType(key);
    if (!type) throw new Problem('not-found');
    return schemaOf(type, dayOf(this.clock.now()), view, lang);
  }
}
