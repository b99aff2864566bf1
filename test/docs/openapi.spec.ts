import { jest } from '@jest/globals';
import type { Json } from '../support/client.js';
import { startTestHub, type TestHub } from '../support/hub.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

it('serves the document to everyone, and writes it once', async () => {
  const written = jest.spyOn(JSON, 'stringify');
  try {
    const texts = new Set<string>();
    for (let times = 0; times < 3; times += 1) {
      const answer = await fetch(`${hub.url}/openapi.json`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^application\/json/),
      ]);
      texts.add(await answer.text());
    }
    const [text = ''] = texts;
    expect([texts.size, Object.keys(JSON.parse(text).components.schemas)]).toEqual([
      1,
      expect.arrayContaining(['data.referral', 'GiveConsentDto']),
    ]);
    const documents = written.mock.calls.filter(([value]) => (value as { openapi?: string })?.openapi);
    expect(documents).toHaveLength(1);
  } finally {
    written.mockRestore();
  }
});

interface Operation {
  readonly name: string;
  readonly parameters: readonly Json[];
  readonly requestBody: Json;
  readonly responses: Readonly<Record<string, Json>>;
}

const documentOf = async (): Promise<Json> => (await fetch(`${hub.url}/openapi.json`)).json();

const operationsOf = (document: Json): Operation[] =>
  Object.entries<Record<string, Json>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      parameters,
      requestBody,
      responses,
    })),
  );

it('tells of every parameter in a path, and that every route may answer with a problem', async () => {
  for (const { name, parameters, responses } of operationsOf(await documentOf())) {
    const inPath = parameters.filter((each) => each.in === 'path').map((each): string => each.name);
    expect([name, inPath]).toEqual([name, [...name.matchAll(/\{(\w+)\}/g)].map(([, word]) => word)]);
    expect([name, Object.keys(responses['default'].content)]).toEqual([name, ['application/problem+json']]);
  }
});

it('tells of answers that the hub gives', async () => {
  const document = await documentOf();
  const { checks } =
    document.paths['/v1/records/check'].post.responses['200'].content['application/json'].schema.properties;
  expect(checks.items.properties).toHaveProperty('transfers');
  expect(Object.keys(document.paths['/v1/records/check'].post.responses)).not.toContain('202');
  const problem = (await (await fetch(`${hub.url}/v1/me`)).json()) as Json;
  const told = document.components.schemas.Problem;
  expect(Object.keys(problem)).toEqual(expect.arrayContaining(told.required));
  expect(told.properties.code.enum).toContain(problem.code);
});

/** What a schema lets stand where, a line each: `path: type`. A star: it must be there. */
function linesOf(document: Json, schema: Json, at: string, seen: readonly string[] = []): string[] {
  if (schema?.$ref) {
    const name: string = schema.$ref.split('/').slice(1).join('/');
    if (seen.includes(name)) return [`${at}: as above`];
    const found = name.split('/').reduce((part: Json, key: string) => part[key], document);
    return linesOf(document, found, at, [...seen, name]);
  }
  if (schema?.allOf && !schema.properties) return linesOf(document, schema.allOf[0], at, seen);
  if (schema?.items) return linesOf(document, schema.items, `${at}[]`, seen);
  if (!schema?.properties) {
    const kind = [
      schema?.enum?.join('|') ?? schema?.const ?? [schema?.type].flat().join('|'),
      schema?.format,
    ];
    return [`${at}: ${kind.filter(Boolean).join(' ')}`];
  }
  const required = new Set<string>(schema.required ?? []);
  return Object.entries<Json>(schema.properties).flatMap(([key, value]) =>
    linesOf(document, value, `${at}.${key}${required.has(key) ? '*' : ''}`, seen),
  );
}

it('keeps every route, parameter and field: a line that is gone or other breaks clients of v1', async () => {
  const document = await documentOf();
  const routes = operationsOf(document).map(({ name, parameters, requestBody, responses }) =>
    [
      name,
      ...parameters.flatMap((each) =>
        linesOf(document, each.schema, `  ${each.in} ${each.name}${each.required ? '*' : ''}`),
      ),
      ...Object.values<Json>(requestBody?.content ?? {})
        .slice(0, 1)
        .flatMap(({ schema }) => linesOf(document, schema.anyOf?.[0] ?? schema, '  body ')),
      ...Object.entries(responses)
        .filter(([status]) => status.startsWith('2'))
        .flatMap(([status, { content = {} }]) => [
          `  ${status} ${Object.keys(content).join(' ')}`,
          ...Object.values<Json>(content)
            .slice(0, 1)
            .flatMap(({ schema }) => linesOf(document, schema, '    ')),
        ]),
    ].join('\n'),
  );
  const types = Object.entries<Json>(document.components.schemas)
    .filter(([name]) => name.startsWith('data.'))
    .map(([name, schema]) =>
      [name, ...linesOf({ ...document, $defs: schema.$defs }, schema, '  ')].join('\n'),
    );
  expect([...routes, ...types].join('\n')).toMatchSnapshot();
});
