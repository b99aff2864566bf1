import type { HubClient } from './hub-client.js';
import { print, tell } from './output.js';

export interface PullOptions {
  readonly after?: string;
  readonly type?: readonly string[];
  readonly wait?: number;
  readonly limit?: number;
  readonly acknowledge?: boolean;
}

interface Acknowledged {
  readonly state: string | null;
  readonly problem: { readonly code: string } | null;
}

/** Prints one page of an inbox. What was printed is acknowledged by id, and nothing else that may lie below the cursor. */
export async function pull(client: HubClient, options: PullOptions): Promise<void> {
  const query = new URLSearchParams();
  for (const name of ['after', 'wait', 'limit'] as const)
    if (options[name] !== undefined) query.set(name, String(options[name]));
  for (const key of options.type ?? []) query.append('type', key);
  const page = await client.must('GET', `/v1/inbox?${query}`);
  const events = page['events'] as { readonly transferid: string }[];
  for (const event of events) await print(JSON.stringify(event));
  tell(`cursor: ${String(page['cursor'])}`);
  if (page['more'] === true) tell('There is more: go on with --after and this cursor.');
  if (!options.acknowledge || events.length === 0) return;
  const transfers = events.map(({ transferid }) => transferid);
  const answer = await client.must('POST', '/v1/inbox/acknowledgements', { transfers });
  const results = answer['results'] as Acknowledged[];
  const problems = results.flatMap(({ problem }) => problem?.code ?? []);
  tell(
    `acknowledged: ${results.length - problems.length} of ${results.length}${problems.length > 0 ? ` (${[...new Set(problems)].join(', ')})` : ''}`,
  );
}
