import { createHmac, createSign, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { TestHub } from './hub.js';

const b64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export interface Forge {
  readonly kid: string;
  readonly key: KeyObject;
  readonly publicJwk: JWK;
  claims(change?: Record<string, unknown>): Record<string, unknown>;
  header(change?: Record<string, unknown>): Record<string, unknown>;
  /** Signed with the issuer's own key: only the contents are wrong. */
  signed(
    claims?: Record<string, unknown> | string,
    header?: Record<string, unknown> | string,
    key?: KeyObject,
  ): string;
}

/** Makes tokens as an attacker would, and with the issuer's key as a broken issuer would. */
export async function forgeFor(hub: TestHub): Promise<Forge> {
  await hub.token(hub.numbers.school);
  const jwk = JSON.parse(readFileSync(join(hub.config.process.keys, 'issuer.jwk.json'), 'utf8')) as JWK;
  const key = createPrivateKey({ key: jwk as never, format: 'jwk' });
  const publicJwk = createPublicKey(key).export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(publicJwk);
  const { issuer, audience } = hub.config.identity;
  const without = (value: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
  const claims = (change: Record<string, unknown> = {}): Record<string, unknown> => {
    const now = Math.floor(hub.clock.now().getTime() / 1000);
    const consumer = { authority: 'iso6523-actorid-upis', ID: `0192:${hub.numbers.school}` };
    const base = {
      iss: issuer,
      aud: audience,
      client_id: 'x',
      consumer,
      scope: 'stafett:inbox',
      token_type: 'Bearer',
      iat: now,
      exp: now + 600,
      jti: randomUUID(),
    };
    return without({ ...base, ...change });
  };
  const header = (change: Record<string, unknown> = {}): Record<string, unknown> =>
    without({ alg: 'RS256', typ: 'JWT', kid, ...change });
  return {
    kid,
    key,
    publicJwk,
    claims,
    header,
    signed: (payload = claims(), head = header(), by = key) => {
      const input = `${b64(head)}.${b64(payload)}`;
      return `${input}.${createSign('RSA-SHA256').update(input).sign(by).toString('base64url')}`;
    },
  };
}

/** The attack list of shared/audit-security.md 7: a name and the token (or the whole header, or the path). */
export function attacks({ kid, publicJwk, claims, header, signed }: Forge): Record<string, string> {
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const foreignJwk = createPublicKey(foreign).export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const pub = createPublicKey({ key: publicJwk as never, format: 'jwk' });
  const hmac = (
    secret: Buffer | string,
    head: Record<string, unknown> = header({ alg: 'HS256' }),
  ): string => {
    const input = `${b64(head)}.${b64(claims())}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const raw = (head: unknown, payload: unknown, signature: string): string =>
    `${b64(head)}.${b64(payload)}.${signature}`;
  const good = signed();
  const [h = '', , s = ''] = good.split('.');
  const now = Math.floor(Date.now() / 1000);
  const school = (claims()['consumer'] as { ID: string }).ID.slice(5);
  const consumer = (value: unknown): string => signed(claims({ consumer: value }));

  const none = Object.fromEntries(
    ['none', 'None', 'NONE', 'nOnE', '', 'null'].map((alg) => [
      `alg ${alg || 'empty'}`,
      raw(header({ alg }), claims(), s),
    ]),
  );
  const list: Record<string, string> = {
    ...none,
    'alg none without signature': raw(header({ alg: 'none' }), claims(), ''),
    'alg missing': raw(header({ alg: undefined }), claims(), s),
    'alg as a list': raw({ ...header(), alg: ['RS256'] }, claims(), s),
    'HS256 with the public key as PEM': hmac(pub.export({ format: 'pem', type: 'spki' }) as string),
    'HS256 with the public key as PKCS1': hmac(pub.export({ format: 'pem', type: 'pkcs1' }) as string),
    'HS256 with the public key as DER': hmac(pub.export({ format: 'der', type: 'spki' })),
    'HS256 with the public key as JWK': hmac(JSON.stringify(publicJwk)),
    'HS256 with the modulus': hmac(Buffer.from(publicJwk.n ?? '', 'base64url')),
    'HS256 with an empty key': hmac(''),
    'HMAC under alg RS256': hmac(pub.export({ format: 'pem', type: 'spki' }) as string, header()),
    'another key under the same kid': signed(claims(), header(), foreign),
    'jwk in the header': signed(claims(), header({ jwk: foreignJwk }), foreign),
    'jwk in the header, own kid': signed(claims(), header({ jwk: foreignJwk, kid: 'mine' }), foreign),
    'jku in the header': signed(claims(), header({ jku: 'http://127.0.0.1:1/jwks' }), foreign),
    'x5u in the header': signed(claims(), header({ x5u: 'http://127.0.0.1:1/cert' }), foreign),
    'x5c in the header': signed(claims(), header({ x5c: ['MIIB'] }), foreign),
    'an issuer of the attacker': signed(claims({ iss: 'https://evil.example/' }), header(), foreign),
    'kid with a path': signed(claims(), header({ kid: '../../../../dev/null' })),
    'kid with SQL': signed(claims(), header({ kid: "' or 1=1 --" })),
    'kid __proto__': signed(claims(), header({ kid: '__proto__' })),
    'kid constructor': signed(claims(), header({ kid: 'constructor' })),
    'kid a number': signed(claims(), header({ kid: 1 })),
    'kid an object': signed(claims(), header({ kid: { kid } })),
    'kid missing': signed(claims(), header({ kid: undefined })),
    'kid empty': signed(claims(), header({ kid: '' })),
    'crit unknown': signed(claims(), header({ crit: ['exp'], exp: now })),
    'crit b64': signed(claims(), header({ crit: ['b64'], b64: false })),
    'b64 false': signed(claims(), header({ b64: false })),
    zip: signed(claims(), header({ zip: 'DEF' })),
    'typ of another kind': signed(claims(), header({ typ: 'logout+jwt' })),
    'typ a number': signed(claims(), header({ typ: 7 })),
    'the issuer with a suffix': signed(claims({ iss: 'https://issuer.stafett.invalid/x' })),
    'the issuer without its slash': signed(claims({ iss: 'https://issuer.stafett.invalid' })),
    'the issuer in upper case': signed(claims({ iss: 'HTTPS://ISSUER.STAFETT.INVALID/' })),
    'the issuer in a list': signed(claims({ iss: ['https://issuer.stafett.invalid/'] })),
    'the issuer missing': signed(claims({ iss: undefined })),
    'aud missing': signed(claims({ aud: undefined })),
    'aud empty': signed(claims({ aud: '' })),
    'aud another': signed(claims({ aud: 'https://other.example' })),
    'aud others in a list': signed(claims({ aud: ['https://other.example', 'x'] })),
    'aud a list with a non-text': signed(claims({ aud: ['https://hub.stafett.invalid', 7] })),
    'aud a prefix': signed(claims({ aud: 'https://hub.stafett' })),
    'aud an extension': signed(claims({ aud: 'https://hub.stafett.invalid.evil.example' })),
    'aud unspecified': signed(claims({ aud: 'unspecified' })),
    'aud an object': signed(claims({ aud: { 'https://hub.stafett.invalid': true } })),
    'scope missing': signed(claims({ scope: undefined })),
    'scope a list': signed(claims({ scope: ['stafett:inbox'] })),
    'scope an object': signed(claims({ scope: { 'stafett:inbox': true } })),
    'scope with NBSP': signed(claims({ scope: 'x\u00a0stafett:inbox' })),
    'scope with two spaces': signed(claims({ scope: 'x  stafett:inbox' })),
    'scope with a tab': signed(claims({ scope: 'x\tstafett:inbox' })),
    'exp a text': signed(claims({ exp: String(now + 600) })),
    'exp null': signed(claims({ exp: null })),
    'exp missing': signed(claims({ exp: undefined })),
    'exp in milliseconds': signed(claims({ exp: (now + 600) * 1000 })),
    'exp infinite': signed(JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e999')),
    'exp in the past': signed(claims({ exp: now - 60, iat: now - 120 })),
    'exp before iat': signed(claims({ exp: now + 5, iat: now + 6 })),
    'a life too long': signed(claims({ exp: now + 100_000 })),
    'nbf in the future': signed(claims({ nbf: now + 300 })),
    'nbf a text': signed(claims({ nbf: '0' })),
    'iat in the future': signed(claims({ iat: now + 300, exp: now + 600 })),
    'iat missing': signed(claims({ iat: undefined })),
    'iat a text': signed(claims({ iat: String(now) })),
    'jti missing': signed(claims({ jti: undefined })),
    'jti an object': signed(claims({ jti: {} })),
    'token_type another': signed(claims({ token_type: 'mac' })),
    'consumer missing': consumer(undefined),
    'consumer null': consumer(null),
    'consumer a text': consumer(`0192:${school}`),
    'consumer a list': consumer([{ authority: 'iso6523-actorid-upis', ID: `0192:${school}` }]),
    'consumer with another authority': consumer({ authority: 'iso6523-actorid', ID: `0192:${school}` }),
    'consumer without authority': consumer({ ID: `0192:${school}` }),
    'consumer of another scheme': consumer({ authority: 'iso6523-actorid-upis', ID: `9908:${school}` }),
    'consumer with a longer id': consumer({ authority: 'iso6523-actorid-upis', ID: `0192:${school}:x` }),
    'consumer with a line break': consumer({ authority: 'iso6523-actorid-upis', ID: `0192:${school}\n` }),
    'consumer with a wrong check digit': consumer({
      authority: 'iso6523-actorid-upis',
      ID: '0192:123456789',
    }),
    'consumer id in a list': consumer({ authority: 'iso6523-actorid-upis', ID: [`0192:${school}`] }),
    'consumer of the old shape': consumer({
      Identifier: { Authority: 'iso6523-actorid-upis', ID: `9908:${school}` },
    }),
    'consumer with Arabic digits': consumer({ authority: 'iso6523-actorid-upis', ID: '0192:٣١٠٢٠٠٠١٨' }),
    'a supplier': signed(
      claims({
        supplier: { authority: 'iso6523-actorid-upis', ID: `0192:${school}` },
        delegation_source: 'x',
      }),
    ),
    'a changed payload': `${h}.${b64(claims({ scope: 'stafett:admin' }))}.${s}`,
    'a changed header': `${b64(header({ typ: 'at+jwt' }))}.${good.split('.')[1]}.${s}`,
    'no signature': good.split('.').slice(0, 2).join('.') + '.',
    'two parts': good.split('.').slice(0, 2).join('.'),
    'a signature of zeros': `${good.split('.').slice(0, 2).join('.')}.${Buffer.alloc(256).toString('base64url')}`,
    'ES256 with a key of the attacker': (() => {
      const input = `${b64(header({ alg: 'ES256' }))}.${b64(claims())}`;
      return `${input}.${sign('sha256', Buffer.from(input), { key: ec, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    })(),
    'ES256 with a signature of zeros': raw(
      header({ alg: 'ES256' }),
      claims(),
      Buffer.alloc(64).toString('base64url'),
    ),
    PS256: raw(header({ alg: 'PS256' }), claims(), s),
    RS512: raw(header({ alg: 'RS512' }), claims(), s),
    'a JWE': `${b64({ alg: 'RSA-OAEP', enc: 'A256GCM', kid })}.AAAA.AAAA.AAAA.AAAA`,
    'a JSON JWS': JSON.stringify({ protected: h, payload: good.split('.')[1], signature: s }),
    'a header that is a list': raw([header()], claims(), s),
    'a header that is null': raw(null, claims(), s),
    'a header that is no JSON': `${Buffer.from('{').toString('base64url')}.${b64(claims())}.${s}`,
    'a payload that is a list': signed('[]'),
    'a payload that is null': signed('null'),
    'a payload that is no JSON': signed('{'),
    'a payload with __proto__': signed('{"__proto__":{"scope":"stafett:admin"}}'),
    padding: good + '==',
    oversized: signed(claims({ pad: 'x'.repeat(9000) })),
    'dots alone': '..',
    rubbish: 'a.b.c',
  };
  return list;
}
