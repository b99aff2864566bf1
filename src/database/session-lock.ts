import type { ClientBase } from 'pg';

/** Milliseconds of waiting after which it is said what for. */
const SAID_AFTER_MS = 3000;

/** Locks of starts, for as long as a session lasts; beside the classes in locks.ts. */
export const sessionLocks = { migration: [7309, 1], roles: [7309, 2] } as const;

/**
 * Takes a lock for as long as the session lasts, and waits for it without end: a large database may take hours to migrate. Who waits for whom is said
 * once, on standard error: there is no log yet.
 */
export async function lockSession(
  client: ClientBase,
  lock: keyof typeof sessionLocks,
  tell: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
  saidAfterMs = SAID_AFTER_MS,
): Promise<void> {
  const [kind, no] = sessionLocks[lock];
  const { rows } = await client.query<{ got: boolean; pid: number }>(
    `select pg_try_advisory_lock($1, $2) as got,
       (select pid from pg_locks where locktype = 'advisory' and classid::int = $1 and objid::int = $2 and granted
          and database = (select oid from pg_database where datname = current_database()) limit 1) as pid`,
    [kind, no],
  );
  if (rows[0]?.got) return;
  const said = setTimeout(
    () =>
      tell(
        `Waiting for another start, which prepares the same database (PostgreSQL's session ${rows[0]?.pid}) …`,
      ),
    saidAfterMs,
  );
  try {
    await client.query('select pg_advisory_lock($1, $2)', [kind, no]);
  } finally {
    clearTimeout(said);
  }
}
