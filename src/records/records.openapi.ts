import { applyDecorators } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';

const data = { type: 'object', description: 'See GET /v1/record-types/{key}/schema' } as const;

const event = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', maxLength: 200, description: "The sender's own, unique per source for ever" },
    source: { type: 'string', description: 'urn:stafett:agency:<organisation number>, the caller’s' },
    type: { type: 'string', description: 'no.stafett.<record-type>.v1' },
    time: { type: 'string', format: 'date-time' },
    recipient: {
      type: 'string',
      description: 'urn:stafett:agency:<organisation number>; without it residence decides',
    },
    inreplyto: { type: 'string', format: 'uuid', description: 'The record id that this answers' },
    holdforconsent: {
      type: 'boolean',
      description: 'Hold for at most 14 days where a release is missing, instead of refusing',
    },
    data,
  },
} as const;

/** Which event of a request a line is about. */
const whichEvent = { index: { type: 'integer' }, eventId: { type: ['string', 'null'] } } as const;

const receipts = {
  type: 'object',
  properties: {
    receipts: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...whichEvent,
          recordId: { type: ['string', 'null'], format: 'uuid' },
          state: { enum: ['received', 'dispatched', 'refused', 'retracted', null] },
          duplicate: { type: 'boolean' },
          problem: { type: ['object', 'null'] },
        },
      },
    },
  },
} as const;

const checks = {
  type: 'object',
  properties: {
    checks: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...whichEvent,
          reason: { type: ['string', 'null'], description: 'Why it would go to nobody' },
          transfers: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                recipient: { type: 'string', description: 'urn:stafett:agency:<organisation number>' },
                would: { enum: ['deliver', 'hold', 'refuse'] },
                reason: { type: ['string', 'null'] },
                categories: { type: 'array', items: { type: 'string' } },
                withheld: { type: 'string', description: 'Categories, with spaces between them' },
                ground: { type: 'string', description: 'Grounds, with spaces between them' },
              },
            },
          },
          problem: { type: ['object', 'null'] },
        },
      },
    },
  },
} as const;

/** The document is OpenAPI 3.1 (JSON Schema 2020-12), which the library's own types do not know in full. */
const schema = (value: object): object => value;

/** How a route that takes CloudEvents looks in the OpenAPI document. */
export function ApiEvents(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiConsumes('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'),
    ApiBody({
      description:
        'One event, a batch of them, or the data of one alone whose attributes are ce-* headers (binary mode, application/json)',
      schema: schema({ anyOf: [event, { type: 'array', items: event, minItems: 1, maxItems: 500 }, data] }),
    }),
    ApiUnprocessableEntityResponse({ description: 'None was taken; application/problem+json' }),
  );
}

/** What comes back for events that were pushed. */
export const ApiReceipts = (): MethodDecorator =>
  ApiAcceptedResponse({
    description: 'At least one event was taken, or is a duplicate',
    schema: schema(receipts),
  });

/** What comes back for events that were only asked about. */
export const ApiChecks = (): MethodDecorator =>
  ApiOkResponse({ description: 'In the order of the events', schema: schema(checks) });
