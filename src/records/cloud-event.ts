import { looksLikeBirthNumber } from '../common/birth-number.js';
import { instantOf } from '../common/days.js';
import { isUuid, orgNumberOfUrn, type OrgNumber, type RecordId } from '../common/ids.js';
import { isObject, type Json, type JsonObject } from '../common/json.js';
import { Problem, type FieldError } from '../common/problems.js';

/** A CloudEvent 1.0 that has the form the hub takes. What its data mean is not looked at yet. */
export interface IncomingEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  /** RFC 3339, exactly as sent. */
  readonly time?: string;
  readonly recipient?: OrgNumber;
  readonly inReplyTo?: RecordId;
  readonly holdForConsent: boolean;
  readonly data: Json;
}

const attributeName = /^[a-z0-9]{1,60}$/;
const jsonMedia = /^application\/([a-z0-9.+-]+\+)?json\s*(;\s*charset="?utf-8"?\s*)?$/i;
/** No attribute may have them (CloudEvents 1.0.2, section 3.1, String). */
const control = /[\u0000-\u001f\u007f-\u009f]/;
const INT32 = 2 ** 31;
/** The hub knows twelve; the rest are extensions that it looks through for birth numbers and keeps nothing of. */
const MOST_ATTRIBUTES = 100;

/**
 * Reads one event from the JSON of the structured mode, or from what the binary mode's headers and body were put together to.
 * An attribute that is null is as one that is left out (CloudEvents JSON event format 1.0.2, section 2.2).
 * @throws Problem invalid-event, birth-number-in-attribute
 */
export function readEvent(value: Json): IncomingEvent {
  if (!isObject(value)) throw new Problem('invalid-event', [{ pointer: '', code: 'type' }]);
  const errors: FieldError[] = [];
  const wrong = (pointer: string, code: string): undefined => void errors.push({ pointer, code });

  const attributes = Object.entries(value);
  if (attributes.length > MOST_ATTRIBUTES)
    throw new Problem('invalid-event', [{ pointer: '', code: 'too-many' }]);
  for (const [name, attribute] of attributes) {
    if (name === 'data') continue;
    if (looksLikeBirthNumber(name))
      throw new Problem('birth-number-in-attribute', [{ pointer: '', code: 'birth-number' }]);
    if (attribute === null) continue;
    if (name === 'data_base64') wrong('/data_base64', 'not-supported');
    else if (!attributeName.test(name)) wrong('', 'attribute-name');
    else if (!isScalar(attribute)) wrong(known.has(name) ? `/${name}` : '', 'type');
    else if (typeof attribute === 'string' && control.test(attribute))
      wrong(known.has(name) ? `/${name}` : '', 'character');
    else if (typeof attribute === 'string' && looksLikeBirthNumber(attribute))
      throw new Problem('birth-number-in-attribute', [
        { pointer: known.has(name) ? `/${name}` : '', code: 'birth-number' },
      ]);
  }

  const text = (name: string, max: number): string => {
    const attribute = value[name] ?? undefined;
    if (attribute === undefined) wrong(`/${name}`, 'required');
    else if (typeof attribute !== 'string') wrong(`/${name}`, 'type');
    else if (attribute.length === 0 || attribute.trim() !== attribute) wrong(`/${name}`, 'format');
    else if (attribute.length > max) wrong(`/${name}`, 'too-long');
    else return attribute;
    return '';
  };
  const optional = <T>(
    name: string,
    read: (attribute: Json) => T | undefined,
    code: string,
  ): T | undefined => {
    const attribute = value[name] ?? undefined;
    if (attribute === undefined) return undefined;
    return read(attribute) ?? wrong(`/${name}`, code);
  };

  if (text('specversion', 10) !== '1.0' && errors.length === 0) wrong('/specversion', 'version');
  const id = text('id', 200);
  const type = text('type', 200);
  const source = text('source', 200);
  const time = optional(
    'time',
    (t) => (typeof t === 'string' && instantOf(t) !== undefined ? t : undefined),
    'time',
  );
  optional(
    'datacontenttype',
    (t) => (typeof t === 'string' && jsonMedia.test(t) ? t : undefined),
    'media-type',
  );
  optional(
    'dataschema',
    (t) => (typeof t === 'string' && t.length > 0 && t.length <= 500 ? t : undefined),
    'format',
  );
  optional(
    'subject',
    (t) => (typeof t === 'string' && t.length > 0 && t.length <= 200 ? t : undefined),
    'format',
  );
  const recipient = optional('recipient', orgNumberOfUrn, 'format');
  const inReplyTo = optional('inreplyto', (t) => (isUuid(t) ? (t as RecordId) : undefined), 'format');
  const hold = optional('holdforconsent', (t) => (typeof t === 'boolean' ? t : undefined), 'type');
  if (value['data'] === undefined) wrong('/data', 'required');
  if (errors.length > 0) throw new Problem('invalid-event', errors.slice(0, 50));
  return {
    id,
    type,
    source,
    ...(time !== undefined && { time }),
    ...(recipient && { recipient }),
    ...(inReplyTo && { inReplyTo }),
    holdForConsent: hold ?? false,
    data: value['data'] as Json,
  };
}

const known = new Set([
  'specversion',
  'id',
  'type',
  'source',
  'time',
  'datacontenttype',
  'dataschema',
  'subject',
  'recipient',
  'inreplyto',
  'holdforconsent',
]);

function isScalar(value: Json | undefined): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && value >= -INT32 && value < INT32;
  return typeof value === 'string' || typeof value === 'boolean';
}

/**
 * Puts the event of the binary mode together (CloudEvents HTTP binding 1.0.2, section 3.1): `ce-*` headers are the attributes,
 * quoted or not and percent-encoded; the body is the data.
 * @param headers by name, each value as often as it came (Node's headersDistinct)
 * @throws Problem invalid-event
 */
export function fromBinary(
  headers: Readonly<Record<string, readonly string[] | undefined>>,
  data: Json,
): JsonObject {
  const event: JsonObject = { data };
  for (const [header, values = []] of Object.entries(headers)) {
    if (!header.startsWith('ce-')) continue;
    const name = header.slice(3);
    const [value, ...more] = values;
    if (value === undefined || more.length > 0)
      throw new Problem('invalid-event', [{ pointer: '', code: 'repeated' }]);
    if (name === 'data' || !attributeName.test(name))
      throw new Problem('invalid-event', [{ pointer: '', code: 'attribute-name' }]);
    const decoded = decode(value);
    event[name] =
      name === 'holdforconsent' && (decoded === 'true' || decoded === 'false') ? decoded === 'true' : decoded;
  }
  return event;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(unquoted(value));
  } catch {
    throw new Problem('invalid-event', [{ pointer: '', code: 'encoding' }]);
  }
}

/** A quoted-string is what stands between its quotes, one backslash taken off (RFC 9110 section 5.6.4; the binding's section 3.1.3.2). */
const unquoted = (value: string): string =>
  /^".*"$/s.test(value) && value.length > 1 ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
