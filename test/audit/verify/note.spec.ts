import fc from '../../support/properties.js';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from '../../../src/audit/verify/checkpoint.js';
import {
  cosign,
  formatNote,
  formatSignerKey,
  formatVerifierKey,
  newSignerKey,
  parseNote,
  parseSignerKey,
  parseVerifierKey,
  SignatureError,
  signNote,
  verifyNote,
} from '../../../src/audit/verify/note.js';
import { FormatError } from '../../../src/audit/verify/text.js';

/** The example of C2SP signed-note. */
const exampleKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const exampleText = 'This is an example message.\n';
const exampleLine =
  '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=';
const example = `${exampleText}\n${exampleLine}\n`;

const log = newSignerKey('log.example', 'note');
const witness = newSignerKey('witness.example', 'cosignature');
const root = Buffer.alloc(32, 7);
const text = formatCheckpoint({ origin: 'log.example', size: 12, root });

describe('a signed note', () => {
  it('is the one of the specification’s example', () => {
    const note = parseNote(example);
    expect(note).toMatchObject({
      text: exampleText,
      signatures: [{ name: 'example.com/foo', keyId: 0x530d903a }],
    });
    const key = parseVerifierKey(exampleKey);
    expect(verifyNote(note, [key])).toEqual([{ key, line: exampleLine }]);
    expect(parseNote(Buffer.from(example))).toEqual(note);
    expect(formatVerifierKey(key)).toBe(exampleKey);
    expect(formatNote(note.text, [exampleLine])).toBe(example);
  });

  it('may have empty lines in its text, and signatures of others', () => {
    const odd = 'One\n\n— no signature\n\nTwo\n';
    const note = parseNote(formatNote(odd, [exampleLine, signNote(odd, log)]));
    expect(note.text).toBe(odd);
    expect(verifyNote(note, [log]).map(({ key }) => key.name)).toEqual(['log.example']);
  });

  const malformed: readonly (readonly [string, string | Buffer])[] = [
    ['nothing', ''],
    ['a text alone', exampleText],
    ['no signature', `${exampleText}\n`],
    ['no last newline', example.slice(0, -1)],
    ['a hyphen for the dash', example.replace('—', '-')],
    ['two spaces', example.replace('foo Uw2', 'foo  Uw2')],
    ['a space at the end of a line', `${example.slice(0, -1)} \n`],
    ['no name', example.replace('example.com/foo ', ' ')],
    ['a name with a plus', example.replace('com/foo', 'com+foo')],
    ['a name with a wide space', example.replace('com/foo', 'com\u3000foo')],
    ['base64 without padding', example.replace('QM=', 'QM')],
    ['base64 with other last bits', example.replace('QM=', 'QN=')],
    ['base64 of the web', example.replace('Uw2QOkn8', 'Uw2QOk-8')],
    ['a signature that is only a key id', `${exampleText}\n— example.com/foo Uw2QOg==\n`],
    ['a carriage return', example.replaceAll('\n', '\r\n')],
    ['a tab in the text', example.replace(' is ', '\tis ')],
    ['no UTF-8', Buffer.from(example).with(3, 0xff) as Buffer],
    ['a lone surrogate', example.replace('This', '\ud800')],
    ['101 signatures', formatNote(exampleText, Array<string>(101).fill(exampleLine))],
    ['a megabyte', formatNote(`${'x'.repeat(1_000_000)}\n`, [exampleLine])],
  ];
  it.each(malformed)('is refused with %s', (_, note) => {
    expect(() => parseNote(note)).toThrow(FormatError);
  });

  it('may have 16 signatures and more', () => {
    const note = parseNote(formatNote(exampleText, Array<string>(100).fill(exampleLine)));
    expect(verifyNote(note, [parseVerifierKey(exampleKey)])).toHaveLength(100);
  });

  it('is refused when no known key signed it', () => {
    expect(() => verifyNote(parseNote(example), [log])).toThrow(
      /not signed by log\.example\+[0-9a-f]{8}, but by example/,
    );
    expect(() => verifyNote(parseNote(example), [])).toThrow(SignatureError);
    const namesake = newSignerKey('example.com/foo', 'note');
    expect(() => verifyNote(parseNote(example), [namesake])).toThrow(SignatureError);
  });

  it('is refused when a signature of a known key is wrong, whoever else signed it', () => {
    const forged = `— log.example ${Buffer.concat([Buffer.from(log.id.toString(16).padStart(8, '0'), 'hex'), Buffer.alloc(64)]).toString('base64')}`;
    const note = parseNote(formatNote(exampleText, [exampleLine, forged]));
    const known = parseVerifierKey(exampleKey);
    expect(verifyNote(note, [known])).toHaveLength(1);
    expect(() => verifyNote(note, [known, log])).toThrow(/The signature of log\.example.* is wrong/);
  });

  it('does not verify after any change to its text or signature', () => {
    const key = parseVerifierKey(exampleKey);
    fc.assert(
      fc.property(fc.nat(Buffer.from(example).length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(example);
        bytes[at]! ^= flip;
        expect(() => verifyNote(parseNote(bytes), [key])).toThrow();
      }),
    );
  });

  it('is not verified with two keys of the same name and id', () => {
    const key = parseVerifierKey(exampleKey);
    expect(() => verifyNote(parseNote(example), [key, { ...key }])).toThrow(/Two known keys/);
  });
});

describe('a key', () => {
  it('is written and read as text', () => {
    for (const key of [log, witness]) {
      expect(parseSignerKey(formatSignerKey(key))).toMatchObject({
        name: key.name,
        type: key.type,
        id: key.id,
      });
      const { name, type, id, publicKey } = key;
      expect(parseVerifierKey(formatVerifierKey(key))).toEqual({ name, type, id, publicKey });
    }
    const again = parseSignerKey(formatSignerKey(log));
    expect(signNote(text, again)).toBe(signNote(text, log));
  });

  it.each([
    ['another id', exampleKey.replace('530d903a', '530d903b')],
    ['another name', exampleKey.replace('foo', 'bar')],
    ['an upper-case id', exampleKey.replace('530d903a', '530D903A')],
    ['a short key', 'example.com/foo+530d903a+AekyeRrm'],
    ['an unknown type', exampleKey.replace('+Aeky', '+Beky')],
    ['no key', 'example.com/foo+530d903a+'],
    ['a space', ` ${exampleKey}`],
    ['a newline', `${exampleKey}\n`],
    ['nothing', ''],
  ])('is refused with %s', (_, key) => {
    expect(() => parseVerifierKey(key)).toThrow(FormatError);
  });

  it('of a log does not cosign, and one of a witness does not sign notes', () => {
    expect(() => cosign(text, log, 1)).toThrow(TypeError);
    expect(() => signNote(text, witness)).toThrow(TypeError);
    expect(() => signNote('no newline', log)).toThrow(FormatError);
  });
});

describe('a checkpoint', () => {
  it('is three lines, and any that the log adds', () => {
    expect(text).toBe(`log.example\n12\n${root.toString('base64')}\n`);
    expect(parseCheckpoint(text)).toEqual({ origin: 'log.example', size: 12, root, extensions: [] });
    expect(parseCheckpoint(`${text}more\n`).extensions).toEqual(['more']);
    expect(formatCheckpoint({ origin: 'a', size: 0, root, extensions: ['b'] })).toBe(
      `a\n0\n${root.toString('base64')}\nb\n`,
    );
  });

  it.each([
    ['no root', 'log.example\n12\n'],
    ['no origin', `\n12\n${root.toString('base64')}\n`],
    ['a leading zero', text.replace('12', '012')],
    ['a sign', text.replace('12', '+12')],
    ['hexadecimal', text.replace('12', '0x12')],
    ['a size of 2^53', text.replace('12', '9007199254740992')],
    ['a root of 31 bytes', `log.example\n12\n${root.subarray(1).toString('base64')}\n`],
    ['a root without padding', text.replace('=', '')],
    ['an empty line', `${text}\nmore\n`],
    ['no last newline', text.slice(0, -1)],
  ])('is refused with %s', (_, body) => {
    expect(() => parseCheckpoint(body)).toThrow(FormatError);
  });

  it('opens with the log’s signature, and tells who else saw it and when', () => {
    const lines = [cosign(text, witness, 1_679_315_147), signNote(text, log)];
    const opened = openCheckpoint(formatNote(text, lines), log, [witness]);
    expect(opened).toMatchObject({ origin: 'log.example', size: 12, text });
    expect(opened.signatures.map(({ key, timestamp }) => [key.name, timestamp])).toEqual([
      ['witness.example', 1_679_315_147],
      ['log.example', undefined],
    ]);
  });

  it('does not open with a witness’s word alone, of another origin, or with a false cosignature', () => {
    expect(() => openCheckpoint(formatNote(text, [cosign(text, witness, 1)]), log, [witness])).toThrow(
      SignatureError,
    );
    const other = formatCheckpoint({ origin: 'other.example', size: 12, root });
    expect(() => openCheckpoint(formatNote(other, [signNote(other, log)]), log)).toThrow(
      /not of log\.example/,
    );
    const later = cosign(text, witness, 2).split(' ');
    const [, , encoded = ''] = cosign(text, witness, 1).split(' ');
    const moved = Buffer.concat([
      Buffer.from(later[2]!, 'base64').subarray(0, 12),
      Buffer.from(encoded, 'base64').subarray(12),
    ]).toString('base64');
    const lines = [signNote(text, log), `— witness.example ${moved}`];
    expect(() => openCheckpoint(formatNote(text, lines), log, [witness])).toThrow(
      /witness\.example.* is wrong/,
    );
  });
});
