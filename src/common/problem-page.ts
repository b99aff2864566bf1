import { problems, type Problem, type ProblemBody, type ProblemCode, type ProblemKind } from './problems.js';

/** RFC 9457 section 3. The type has no charset parameter: JSON is UTF-8. */
export const PROBLEM_TYPE = 'application/problem+json';

const kinds = Object.entries(problems) as [ProblemCode, ProblemKind][];

/** The JSON Schema of every problem. */
export const problemSchema = {
  type: 'object',
  description: 'RFC 9457. It never repeats a value that was sent',
  required: ['type', 'title', 'status', 'detail', 'code', 'retry', 'errors'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { enum: kinds.map(([code]) => code) },
    retry: { type: 'boolean', description: 'Whether the same request, unchanged, can succeed later' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code'],
        properties: { pointer: { type: 'string', description: 'RFC 6901' }, code: { type: 'string' } },
      },
    },
  },
};

export const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(problems, text);

/**
 * The bytes of a problem. `status` is given where HTTP has a closer one than the code's own (408 and 431, which Node finds
 * before there is a request): the body then says the same, and who was too slow may try again.
 */
export function problemBytes(problem: Problem, status: number = problem.kind.status): Buffer {
  const body: ProblemBody = { ...problem.toJSON(), status, ...(status === 408 && { retry: true }) };
  return Buffer.from(JSON.stringify(body), 'utf8');
}

/** What `type` of a problem leads to: the code's meaning, in plain text. */
export function problemPage(code: ProblemCode): string {
  const { status, title, detail, retry } = problems[code];
  const again = retry
    ? 'The same request may succeed later: wait for the time in Retry-After, then send it again.'
    : 'The same request will fail again: change it first.';
  return [`${code} (HTTP ${status})`, '', title, '', detail, again, ''].join('\n');
}

/** Every problem, as the table in docs/problems.md and in the README. A test keeps the file equal to this. */
export function problemTable(): string {
  const cell = (text: string): string =>
    text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('__', '\\_\\_');
  const rows = kinds.map(
    ([code, { status, title, detail, retry }]) =>
      `| \`${code}\` | ${status} | ${cell(title)} | ${cell(detail)} | ${retry ? 'yes' : 'no'} |`,
  );
  return [
    '| Code | Status | What it means | What to do | Retry |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The whole of docs/problems.md. */
export function problemDocument(): string {
  return [
    '<!-- Made from src/common/problems.ts. A test fails when the two differ. -->',
    '',
    '# Problems',
    '',
    'Every refusal is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `code`, `retry` and',
    '`errors` (JSON Pointers and codes). It never repeats a value that was sent, nor the name of an unknown key. "Retry" says',
    'whether the same request, unchanged, can succeed later. `type` leads to `/problems/<code>` on the hub.',
    '',
    'Where HTTP has a closer status for what broke it, `malformed-request` comes with that one: 408 (the request was not sent in',
    'time; only this one can be tried again), 412 and 416 (of files under `/docs`), 417 (an Expect that is not 100-continue) and',
    '431 (headers of more than 16 kB).',
    '',
    problemTable(),
  ].join('\n');
}
