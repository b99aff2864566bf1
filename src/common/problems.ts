/**
 * Every error that the hub answers with (RFC 9457). Status, log level, and whether sending the same again can help are
 * properties of the code. No text here or in a pointer may carry a value that a caller sent.
 */
export const problems = {
  unauthenticated: p(
    401,
    'No valid access token',
    'Send one header "Authorization: Bearer <token>" with a token from the configured issuer that has not expired.',
  ),
  'insufficient-scope': p(
    403,
    'The token lacks the scope for this call',
    'Ask the issuer for a token with the scope named in the documentation of this endpoint, and see GET /v1/me for the scopes your agency may hold.',
  ),
  'agency-unknown': p(
    403,
    'The caller is not in the directory',
    'The organisation in the token does not take part in this hub. Ask the operator to add it to the directory.',
  ),
  'agency-inactive': p(
    403,
    'The caller has left the directory',
    'The agency is deactivated. Ask the operator.',
  ),
  'no-processor-agreement': p(
    403,
    'No processor agreement in force',
    'The controller of the agency has no processor agreement in force with the operator of this hub (GDPR art. 28(3)). Sign or renew it; then send again.',
  ),
  'not-found': p(404, 'Not found', 'There is nothing here that you may see. Check the path and the id.'),
  'method-not-allowed': p(
    405,
    'Method not allowed',
    'This path exists, but not with this method. See /docs.',
  ),
  'malformed-json': p(
    400,
    'Not valid JSON',
    'Send strict JSON (RFC 8259) in UTF-8, with no key twice in one object, no key written with an escape, and no key named __proto__, constructor or prototype.',
  ),
  'malformed-request': p(
    400,
    'The request cannot be read',
    'The request line, headers or body break HTTP. Send it again, well-formed.',
  ),
  'too-deep': p(400, 'Too deeply nested', 'The JSON may be nested at most 20 deep.'),
  'too-large': p(
    413,
    'Too large',
    'Events come with at most 5 MB, 500 in a request and 200,000 values (an event alone: 2,000), the directory with 1 MB (as YAML 100 kB), all else with 64 kB. Send it in parts.',
  ),
  'unsupported-media-type': p(
    415,
    'Content type not supported',
    'Events come as application/cloudevents+json, application/cloudevents-batch+json, or application/json with ce-* headers; other bodies as application/json. UTF-8 and no content encoding.',
  ),
  'invalid-event': p(
    400,
    'Not a CloudEvent that the hub takes',
    'See the pointers: an attribute of the CloudEvent is missing or wrong.',
  ),
  'birth-number-in-attribute': p(
    400,
    'A birth number where none may be',
    'An attribute or a text looks like a birth number. It belongs in data.youth.nationalId and nowhere else.',
  ),
  'invalid-request': p(
    400,
    'The request has wrong or missing values',
    'See the pointers, and the schema of this endpoint in /docs.',
  ),
  'invalid-record': p(
    422,
    'The data break the rules of the record type',
    'See the pointers, and GET /v1/record-types/{key}/schema.',
  ),
  'record-type-unknown': p(
    422,
    'No such record type',
    'The attribute type must be no.stafett.<record-type>.v1 with a record type from GET /v1/record-types.',
  ),
  'source-not-yours': p(
    403,
    'The source is not the caller',
    'The attribute source must be urn:stafett:agency:<organisation number> with the number of the agency in the token.',
  ),
  'route-not-allowed': p(
    403,
    'No route for this',
    'The catalogue has no route for this record type from your kind of agency, or to that recipient. GET /v1/me lists the routes open to you.',
  ),
  'recipient-unknown': p(
    422,
    'No such recipient',
    'The recipient is not an active agency of the directory. See GET /v1/agencies.',
  ),
  'recipient-required': p(
    422,
    'A recipient must be named',
    'For this record type the residence of the youth does not decide who gets it: set the attribute recipient.',
  ),
  'in-reply-to-required': p(
    422,
    'An answer must say what it answers',
    'Set the attribute inreplyto to the record id that you received.',
  ),
  'in-reply-to-unknown': p(
    422,
    'No such record to answer',
    'The attribute inreplyto must be the id of a record that your agency has received and that this record type answers.',
  ),
  'cancels-unknown': p(
    422,
    'No such record to cancel',
    'The field cancels must be the id of an education-interrupted about the same youth that your agency sent.',
  ),
  'event-id-reused': p(
    409,
    'The event id was used for other content',
    'An event id stands for one content for ever. Send the new content under a new id.',
  ),
  'batch-refused': p(422, 'None of the events was taken', 'See the problem of each event.'),
  'cursor-invalid': p(400, 'Not a cursor', 'Use a cursor exactly as the hub gave it.'),
  'cursor-foreign': p(
    400,
    'The cursor belongs to another list',
    'A cursor is bound to the agency and the filter it was given for. Start again without one.',
  ),
  'transfer-unknown': p(404, 'No such transfer', 'No transfer with this id is addressed to your agency.'),
  'transfer-not-collected': p(
    409,
    'The transfer was never collected',
    'Pull it through GET /v1/inbox before you answer it.',
  ),
  'discrepancy-resolved': p(
    409,
    'The discrepancy is resolved already',
    'Someone was first, or it came right by itself. Read it again.',
  ),
  'transfer-closed': p(
    409,
    'The transfer can no longer be answered',
    'It was acknowledged, rejected, withdrawn or has expired. See its state.',
  ),
  'consent-missing': p(
    403,
    'A release from confidentiality is missing',
    'Ask the youth, register the answer with POST /v1/consents, and send again under a new event id.',
  ),
  'consent-not-yours': p(
    403,
    'The consent belongs to another controller',
    'A release belongs to the controller that discloses. An agency of that controller must register it.',
  ),
  'entry-not-sealed': p(
    404,
    'The entry has no place in the log yet',
    'Entries get their place in a signed checkpoint, with the cosignatures that a proof needs, within seconds of the act. Ask again.',
    true,
  ),
  'audit-log-behind': p(
    503,
    'The audit log is not sealed',
    'Entries wait for their place in a signed checkpoint for longer than is allowed, so nothing is disclosed. Nothing was done. Try again after the time in Retry-After; the operator is told.',
    true,
  ),
  'audit-unavailable': p(
    503,
    'The audit log cannot be written',
    'Nothing was done, because nothing may be done without a trace. Try again.',
    true,
  ),
  busy: p(503, 'The hub is busy', 'Nothing was done. Try again after the time in Retry-After.', true),
  'rate-limited': p(429, 'Too many requests', 'Wait for the time in Retry-After.', true),
  unavailable: p(
    503,
    'The database cannot be reached',
    'Try again after the time in Retry-After. Where it was done and the answer lost, records, releases and acknowledgements are not done twice.',
    true,
  ),
  'not-ready': p(
    503,
    'The hub is not ready',
    'Of /health/ready alone: what is "down" in checks keeps this process from serving.',
    true,
  ),
  'not-in-production': p(403, 'Not in production', 'This serves tests only and is closed in production.'),
  internal: p(
    500,
    'The hub failed',
    'The fault is logged with the id in this answer. Try again; tell the operator if it stays.',
    true,
  ),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What the caller can do. */
  readonly detail: string;
  /** Whether the same request can succeed later, unchanged. */
  readonly retry: boolean;
}

function p(status: number, title: string, detail: string, retry = false): ProblemKind {
  return { status, title, detail, retry };
}

/** Where in the request something is wrong, as a JSON Pointer (RFC 6901), and a code for what. Never the value. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
}

/** A problem on its way to the caller. Carries codes and pointers only. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly errors: readonly FieldError[] = [],
    readonly extra: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(code, options);
    this.name = 'Problem';
  }

  get kind(): ProblemKind {
    return problems[this.code];
  }

  /** The body as RFC 9457 has it, with the hub's members `code`, `retry` and `errors`. */
  toJSON(): ProblemBody {
    const { status, title, detail, retry } = this.kind;
    return {
      type: `/problems/${this.code}`,
      title,
      status,
      detail,
      code: this.code,
      retry,
      errors: this.errors,
      ...this.extra,
    };
  }
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly retry: boolean;
  readonly errors: readonly FieldError[];
  readonly [member: string]: unknown;
}
