import type { Answer, HubClient } from '../hub-client.js';

export type Event = Readonly<Record<string, unknown>> & { readonly data?: Readonly<Record<string, unknown>> };

/** Rounds of ten seconds in which something that was promised must have come. */
const ROUNDS = 3;

/** One agency's system in the story: pushes, waits at its inbox, remembers how far it has read. */
export class Party {
  private cursor: string | undefined;

  constructor(
    readonly name: string,
    readonly client: HubClient,
  ) {}

  get urn(): string {
    return `urn:stafett:agency:${this.client.orgNumber}`;
  }

  /** Passes what earlier tours have left, so that what comes next is this tour's. */
  async catchUp(): Promise<void> {
    for (let more = true; more;) {
      const query = new URLSearchParams({
        limit: '500',
        ...(this.cursor !== undefined && { after: this.cursor }),
      });
      const page = await this.client.must('GET', `/v1/inbox?${query}`);
      this.cursor = String(page['cursor']);
      more = page['more'] === true;
    }
  }

  push(event: Event): Promise<Answer> {
    return this.client.call('POST', '/v1/records', event, 'application/cloudevents+json');
  }

  /** Waits at the inbox for the event that is meant, as a real system does: a long-poll after the last cursor. */
  async next(meant: (event: Event) => boolean): Promise<Event | undefined> {
    for (let round = 0; round < ROUNDS;) {
      const query = new URLSearchParams({
        wait: '10',
        limit: '500',
        ...(this.cursor !== undefined && { after: this.cursor }),
      });
      const page = await this.client.must('GET', `/v1/inbox?${query}`);
      this.cursor = String(page['cursor']);
      const events = page['events'] as Event[];
      const found = events.find(meant);
      if (found) return found;
      if (events.length === 0) round += 1;
    }
    return undefined;
  }
}
