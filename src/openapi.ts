import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { recordTypes } from './catalogue/catalogue.js';
import { schemaOf } from './catalogue/json-schema.js';
import type { Day } from './common/days.js';
import { PROBLEM_TYPE, problemSchema } from './common/problem-page.js';
import type { Config } from './config/config.schema.js';

const about = `Moves consented records about youths between schools, OT, Nav, municipalities and career centres.
Events go in and come out as CloudEvents 1.0; errors are problems of RFC 9457, all listed at /problems.
Get a token with \`npm run -s stafett -- token\`, or from POST /oauth2/token.`;

/** The API as code describes it: OpenAPI 3.1, with the JSON Schema of every record type among the components. */
export function openApiOf(app: NestFastifyApplication, config: Config, today: Day): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Stafett')
    .setVersion('1')
    .setDescription(about)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(config.http.publicUrl)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = SwaggerModule.createDocument(app, outline);
  for (const type of recordTypes) {
    document.components ??= {};
    document.components.schemas ??= {};
    document.components.schemas[`data.${type.key}`] = schemaOf(type, today, 'sent', 'en');
  }
  addProblems(document);
  return document;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Answer = NonNullable<Operation['responses'][string]>;
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const answer = (description: string): Answer => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** Every route may refuse, in one form: said here for all, as no route says it differently. */
function addProblems(document: OpenAPIObject): void {
  (document.components ??= {}).schemas = { ...document.components.schemas, Problem: problemSchema as Schema };
  for (const [path, operations] of Object.entries(document.paths))
    for (const operation of Object.values(operations as Record<string, Operation>)) {
      const { responses, requestBody, security } = operation;
      Object.assign(responses, {
        400: answer('The request cannot be read as it is'),
        ...(security && { 401: answer('No valid token'), 403: answer('The token does not allow it') }),
        ...(path.includes('{') && { 404: answer('Not there, or not the caller’s') }),
        ...(requestBody && { 413: answer('Too large'), 415: answer('Not of a type that is taken') }),
        ...(responses['422'] && { 422: answer('None was taken') }),
        ...(security && { 429: answer('Too many requests: wait for the time in Retry-After') }),
        503: answer('Not now: wait for the time in Retry-After'),
        default: answer('A problem; all are listed at /problems'),
      });
    }
}

/** Serves the document at /openapi.json, and at /docs to be browsed. It is made when it is first asked for, and its bytes with it. */
export function serveOpenApi(
  app: NestFastifyApplication,
  make: () => OpenAPIObject,
  browsable: boolean,
): void {
  let made: OpenAPIObject | undefined;
  let bytes: Buffer | undefined;
  const document = (): OpenAPIObject => (made ??= make());
  // Swagger's own route writes the document anew for each who asks, and nobody needs a token for it.
  app.getHttpAdapter().get('/openapi.json', (_request: unknown, reply: FastifyReply) => {
    bytes ??= Buffer.from(JSON.stringify(document()));
    void reply.type('application/json').send(bytes);
  });
  if (browsable) SwaggerModule.setup('docs', app, document, { raw: false, customSiteTitle: 'Stafett API' });
}
