/**
 * The settings, as config/default.yaml documents them. `shape` is the only list of keys: what stands in a file and not
 * here, or here and not in default.yaml, ends the start (and a test).
 */
export const roles = ['api', 'worker', 'scheduler'] as const;
export type Role = (typeof roles)[number];
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const deadlineSources = ['law', 'agreement', 'house'] as const;

export interface Deadline {
  readonly value: number;
  readonly source: (typeof deadlineSources)[number];
}

export interface WitnessSetting {
  /** C2SP signed-note, of type 0x04 (cosignature/v1). */
  readonly vkey: string;
  /** Where its `add-checkpoint` is, without that and without a slash at the end. */
  readonly url: string;
}

export interface Config {
  readonly environment: 'production' | 'development';
  readonly http: {
    readonly port: number;
    readonly host: string;
    readonly publicUrl: string;
    readonly bodyLimitBytes: number;
    readonly bodiesLimitBytes: number;
    readonly maxEvents: number;
    readonly headersTimeoutMs: number;
    readonly requestTimeoutMs: number;
    readonly keepAliveSeconds: number;
  };
  readonly process: {
    readonly roles: readonly Role[];
    readonly data: string;
    readonly keys: string;
    readonly drainSeconds: number;
    readonly logLevel: (typeof logLevels)[number];
  };
  readonly database: {
    readonly url: string;
    readonly ownerUrl: string;
    readonly poolSize: number;
    readonly connectTimeoutMs: number;
    readonly statementTimeoutMs: number;
  };
  readonly queue: { readonly url: string; readonly lanes: number; readonly sweepAfterSeconds: number };
  readonly identity: {
    readonly issuer: string;
    readonly audience: string;
    readonly jwksUri: string;
    readonly maxTokenSeconds: number;
    readonly clockToleranceSeconds: number;
    readonly tokenCacheSeconds: number;
    readonly directoryCacheSeconds: number;
    readonly requestsPerSecond: number;
  };
  readonly directory: { readonly file: string };
  readonly people: { readonly population: 'synthetic' | 'real' };
  readonly intake: {
    readonly groupSize: number;
    readonly groupsAtOnce: number;
    readonly groupEnough: number;
    readonly bufferEvents: number;
    readonly bufferBytes: number;
    readonly backlogRecords: number;
  };
  readonly dispatch: { readonly batchSize: number; readonly atOnceBelow: number };
  readonly inbox: { readonly pollSeconds: number };
  readonly consents: { readonly longestMonths: number };
  readonly deadlines: {
    readonly acknowledgeWorkingDays: Deadline;
    readonly holdDays: Deadline;
    readonly availableDays: Deadline;
  };
  readonly log: {
    readonly origin: string;
    readonly checkpointMs: number;
    readonly batchEntries: number;
    readonly lateMinutes: number;
    readonly leaseSeconds: number;
    readonly maxBehindMinutes: number;
    readonly witnesses: readonly WitnessSetting[];
    readonly quorum: number;
    readonly staffIdMonths: number;
  };
  readonly reconciliation: { readonly nightly: string; readonly stuckMinutes: number };
  readonly development: {
    readonly faultAt: string;
    readonly clockOffsetSeconds: number;
    readonly sealing: 'on' | 'off';
  };
}

/** One setting: how a text or YAML value is read, and what is allowed, in words. */
export interface Setting {
  readonly allowed: string;
  readonly env?: string;
  /** Kept out of messages: it may hold a password. */
  readonly secret?: boolean;
  read(value: unknown): unknown;
}

const wrong = Symbol('wrong');
export const isWrong = (value: unknown): boolean => value === wrong;

function whole(min: number, max: number, env?: string): Setting {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    ...(env && { env }),
    read: (value) => {
      const n = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
      return typeof n === 'number' && Number.isInteger(n) && n >= min && n <= max ? n : wrong;
    },
  };
}

function text(allowed: string, fits: RegExp, env?: string, secret = false): Setting {
  return {
    allowed,
    ...(env && { env }),
    secret,
    read: (value) => (typeof value === 'string' && value.length <= 2000 && fits.test(value) ? value : wrong),
  };
}

function oneOf(values: readonly string[], env?: string): Setting {
  return {
    allowed: values.join(', '),
    ...(env && { env }),
    read: (value) => (values.includes(value as string) ? value : wrong),
  };
}

function someOf(values: readonly string[], env: string): Setting {
  return {
    allowed: `one or more of ${values.join(', ')}`,
    env,
    read: (value) => {
      const list: unknown = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
      if (!Array.isArray(list) || list.length === 0 || new Set(list).size !== list.length) return wrong;
      return list.every((part) => values.includes(part as string)) ? list : wrong;
    },
  };
}

/** What may follow an address: any other parameter would take the place of what the hub itself asks of its connections. */
const ofConnections = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host'];

function database(env: string): Setting {
  const { read, ...setting } = text(
    `empty, or postgres://user:password@host:port/database, with no other parameters than ${ofConnections.join(', ')}`,
    /^(postgres(ql)?:\/\/\S+)?$/,
    env,
    true,
  );
  return {
    ...setting,
    read: (value) => {
      const url = read(value);
      if (typeof url !== 'string' || url === '') return url;
      return URL.canParse(url) &&
        [...new URL(url).searchParams.keys()].every((name) => ofConnections.includes(name))
        ? url
        : wrong;
    },
  };
}

const deadline: Setting = {
  allowed: `{ value: a whole number from 1 to 365, source: ${deadlineSources.join(' | ')} }`,
  read: (value) => {
    if (typeof value !== 'object' || value === null || Object.keys(value).sort().join() !== 'source,value')
      return wrong;
    const { value: days, source } = value as Record<string, unknown>;
    const fits = Number.isInteger(days) && Number(days) >= 1 && Number(days) <= 365;
    return fits && deadlineSources.includes(source as 'law') ? { value: days, source } : wrong;
  },
};

/** A note has at most 100 signatures, and readers need to take no more than 16 (C2SP signed-note). */
const MOST_WITNESSES = 15;

const witnesses: Setting = {
  allowed: `a list of at most ${MOST_WITNESSES} { vkey: <name>+<id>+<base64>, url: an http(s) address without a login, a query and a slash at the end }, no vkey twice`,
  read: (value) => {
    if (!Array.isArray(value) || value.length > MOST_WITNESSES) return wrong;
    const list = value as unknown[];
    const keys = new Set(list.map((one) => (one as WitnessSetting | null)?.vkey));
    return list.every(isWitness) && keys.size === list.length ? list : wrong;
  },
};

function isWitness(value: unknown): value is WitnessSetting {
  if (typeof value !== 'object' || value === null || Object.keys(value).sort().join() !== 'url,vkey')
    return false;
  const { vkey, url } = value as Record<string, unknown>;
  return (
    typeof vkey === 'string' &&
    /^[^\s+]{1,200}\+[0-9a-f]{8}\+[0-9A-Za-z+/]{44}$/.test(vkey) &&
    typeof url === 'string' &&
    /^https?:\/\/[^\s/@?#]+(\/[^\s?#@]*[^\s/?#@])?$/.test(url)
  );
}

const anything = /^[\s\S]*$/;

export const shape: {
  readonly [Section in Exclude<keyof Config, 'environment'>]: {
    readonly [Key in keyof Config[Section]]: Setting;
  };
} = {
  http: {
    port: whole(0, 65535, 'PORT'),
    host: text('an address', /^[0-9a-zA-Z.:-]+$/),
    publicUrl: text(
      'empty, or an http(s) address without a login and a slash at the end',
      /^(https?:\/\/[^\s/@]+(\/[^\s]*[^\s/])?)?$/,
      'STAFETT_URL',
    ),
    bodyLimitBytes: whole(1000, 50_000_000),
    // Never less than one body may have.
    bodiesLimitBytes: whole(50_000_000, 10_000_000_000),
    maxEvents: whole(1, 5000),
    headersTimeoutMs: whole(100, 600_000),
    requestTimeoutMs: whole(100, 600_000),
    keepAliveSeconds: whole(1, 3600),
  },
  process: {
    roles: someOf(roles, 'STAFETT_ROLES'),
    data: text('a folder', /./, 'STAFETT_DATA'),
    keys: text('empty, or a folder', anything, 'STAFETT_KEYS'),
    drainSeconds: whole(1, 300),
    logLevel: oneOf(logLevels),
  },
  database: {
    url: database('DATABASE_URL'),
    ownerUrl: database('DATABASE_OWNER_URL'),
    poolSize: whole(2, 500),
    connectTimeoutMs: whole(100, 600_000),
    statementTimeoutMs: whole(100, 3_600_000),
  },
  queue: {
    url: text('empty, or redis(s)://host:port', /^(rediss?:\/\/\S+)?$/, 'QUEUE_URL', true),
    lanes: whole(1, 256),
    sweepAfterSeconds: whole(1, 3600),
  },
  identity: {
    issuer: text('the exact iss of the tokens, without a login', /^https?:\/\/[^\s/@]+(\/\S*)?$/),
    audience: text('the exact aud of the tokens', /^\S+$/),
    jwksUri: text(
      'empty, or an https address without a login',
      /^(https:\/\/[^\s/@]+(\/\S*)?|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\/\S*)?$/,
    ),
    maxTokenSeconds: whole(60, 3600),
    clockToleranceSeconds: whole(0, 60),
    tokenCacheSeconds: whole(0, 60),
    directoryCacheSeconds: whole(0, 1),
    requestsPerSecond: whole(1, 1_000_000),
  },
  directory: { file: text('empty, or a file', anything) },
  people: { population: oneOf(['synthetic', 'real']) },
  intake: {
    groupSize: whole(1, 5000),
    groupsAtOnce: whole(1, 16),
    groupEnough: whole(1, 5000),
    bufferEvents: whole(1, 1_000_000),
    bufferBytes: whole(1000, 4_000_000_000),
    backlogRecords: whole(1, 10_000_000),
  },
  dispatch: { batchSize: whole(1, 5000), atOnceBelow: whole(0, 5000) },
  inbox: { pollSeconds: whole(1, 30) },
  consents: { longestMonths: whole(1, 36) },
  deadlines: { acknowledgeWorkingDays: deadline, holdDays: deadline, availableDays: deadline },
  log: {
    origin: text('an address without a scheme, without spaces and "+"', /^[^\s+]{1,200}$/),
    checkpointMs: whole(10, 10_000),
    batchEntries: whole(1, 65_536),
    lateMinutes: whole(1, 1440),
    leaseSeconds: whole(1, 300),
    maxBehindMinutes: whole(1, 1440),
    witnesses,
    quorum: whole(0, MOST_WITNESSES),
    staffIdMonths: whole(1, 120),
  },
  reconciliation: {
    nightly: text('a cron expression of five parts', /^(\S+ ){4}\S+$/),
    stuckMinutes: whole(1, 10_080),
  },
  development: {
    faultAt: text('empty, or a fault as src/database/fault-point.ts tells', anything, 'STAFETT_FAULT_AT'),
    clockOffsetSeconds: whole(-86_400, 86_400, 'STAFETT_CLOCK_OFFSET_SECONDS'),
    sealing: oneOf(['on', 'off'], 'STAFETT_SEALING'),
  },
};
