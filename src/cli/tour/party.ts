import type { Answer, Body, HubClient } from '../hub-client.js';

export type Event = Body & { readonly data?: Body };

export const WAIT_SECONDS = 10;
/** What was promised comes within milliseconds; a machine that is busy with other things gets this long. */
const PATIENCE_MS = 30_000;

/** One agency's system in the story: pushes, waits at its inbox, remembers how far it has read. */
export class Party {
  private cursor = '';

  constructor(
    readonly name: string,
    readonly client: HubClient,
  ) {}

  /** Reads on to the end, past what earlier tours and others have left. @returns the place it has reached */
  async catchUp(): Promise<string> {
    let more = true;
    while (more) ({ more } = await this.read(0));
    return this.cursor;
  }

  push(event: Event): Promise<Answer> {
    return this.client.call('POST', '/v1/records', event, 'application/cloudevents+json');
  }

  /** Waits at the inbox for the event that is meant, as a real system does: one long-poll after the other, each from the last cursor. */
  async next(meant: (event: Event) => boolean): Promise<Event | undefined> {
    const until = performance.now() + PATIENCE_MS;
    do {
      const found = (await this.read(WAIT_SECONDS)).events.find(meant);
      if (found) return found;
    } while (performance.now() < until);
    return undefined;
  }

  /** Everything that is handed out from an earlier place on. */
  async readAgain(from: string): Promise<Event[]> {
    this.cursor = from;
    const all: Event[] = [];
    for (let more = true; more;) {
      const page = await this.read(0);
      all.push(...page.events);
      more = page.more;
    }
    return all;
  }

  acknowledge(event: Event): Promise<Answer> {
    return this.client.call('POST', '/v1/inbox/acknowledgements', { transfers: [event['transferid']] });
  }

  private async read(wait: number): Promise<{ events: Event[]; more: boolean }> {
    const query = new URLSearchParams({ limit: '500', wait: String(wait) });
    if (this.cursor) query.set('after', this.cursor);
    const page = await this.client.must('GET', `/v1/inbox?${query}`);
    this.cursor = String(page['cursor']);
    return { events: page['events'] as Event[], more: page['more'] === true };
  }
}
