const SENT = 1;
const ACCEPTED = 2;
const PULLED = 4;

/**
 * The generator's own notes of every event, by its number: sent, accepted with a 202, handed out, and which inbox it belongs to. What
 * comes out is compared with what went in here, in an array, because the generator has to be cheap.
 */
export class Ledger {
  private states = new Uint8Array(1 << 16);
  private inboxes = new Uint8Array(1 << 16);
  private next = 0;
  private acceptedCount = 0;
  private pulledCount = 0;

  /** @returns the number of a new event that is about to be sent */
  send(inbox: number): number {
    const number = this.next;
    this.next += 1;
    if (number === this.states.length) {
      this.states = doubled(this.states);
      this.inboxes = doubled(this.inboxes);
    }
    this.states[number] = SENT;
    this.inboxes[number] = inbox;
    return number;
  }

  accept(number: number): void {
    this.mark(number, ACCEPTED, 'accepted');
    this.acceptedCount += 1;
  }

  /** @throws where the event was never sent, belongs to another inbox, or came before */
  pull(number: number, inbox: number): void {
    if (!(number < this.next)) throw new Error(`inbox ${inbox} holds event ${number}, which nobody sent`);
    if (this.inboxes[number] !== inbox)
      throw new Error(`event ${number} came to inbox ${inbox} and belongs to ${this.inboxes[number]}`);
    this.mark(number, PULLED, 'handed out');
    this.pulledCount += 1;
  }

  get sent(): number {
    return this.next;
  }

  get accepted(): number {
    return this.acceptedCount;
  }

  get pulled(): number {
    return this.pulledCount;
  }

  /** Accepted and not handed out yet. An event may be handed out a moment before its 202 arrives. */
  get outstanding(): number {
    return this.acceptedCount - this.pulledCount;
  }

  private mark(number: number, bit: number, what: string): void {
    const state = this.states[number] ?? 0;
    if (state & bit) throw new Error(`event ${number} was ${what} twice`);
    this.states[number] = state | bit;
  }
}

function doubled(array: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(array.length * 2);
  larger.set(array);
  return larger;
}
