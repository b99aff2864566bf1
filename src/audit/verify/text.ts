/** What the formats of C2SP have in common: strict UTF-8, strict base64, decimal numbers, one spelling of each. */

/** A text that does not follow its format. The message says where, and never what stood there. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** @throws FormatError where the bytes are no UTF-8, or the text has lone surrogates */
export function utf8(source: Uint8Array | string): string {
  if (typeof source === 'string') {
    if (source.isWellFormed()) return source;
    throw new FormatError('The text is no UTF-8.');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
  } catch {
    throw new FormatError('The text is no UTF-8.');
  }
}

/** RFC 4648 section 4, padded, and nothing that a lenient reader would skip. @throws FormatError */
export function base64(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new FormatError(`${what} is no base64.`);
  return bytes;
}

/** A hash in base64. @throws FormatError */
export function hash64(text: string, what: string): Buffer {
  const bytes = base64(text, what);
  if (bytes.length !== 32) throw new FormatError(`${what} has ${bytes.length} bytes instead of 32.`);
  return bytes;
}

/** ASCII decimal without leading zeros, below 2^53. @throws FormatError */
export function decimal(text: string, what: string): number {
  const number = Number(text);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text) || !Number.isSafeInteger(number))
    throw new FormatError(`${what} is no whole number without leading zeros below 2^53.`);
  return number;
}
