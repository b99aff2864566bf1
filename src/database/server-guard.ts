/** `failed` comes with what the operator can read of it. */
export type ServerNews =
  { readonly server: 'ended' | 'started' } | { readonly server: 'failed'; readonly why: string };

/** Milliseconds: how often it looks whether the server is there, and how long it rests after a start that failed (a full disk, a port that is taken). */
export interface Pace {
  readonly look: number;
  readonly again: number;
}
const PACE: Pace = { look: 500, again: 5000 };

/** Looks after the embedded server for a hub: PostgreSQL starts its own processes again, but nobody does it for the first of them. */
export class ServerGuard {
  private timer: NodeJS.Timeout;
  private isOver = false;

  /** @param start starts it, or finds it started by another hub; does nothing where the guard has ended meanwhile */
  constructor(
    private readonly isUp: () => boolean,
    private readonly start: (isOver: () => boolean) => Promise<void>,
    private readonly told: (news: ServerNews) => void,
    private readonly pace: Pace = PACE,
  ) {
    this.timer = this.lookIn(this.pace.look);
  }

  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private lookIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.look(), ms).unref();
  }

  private async look(): Promise<void> {
    const rest = this.seemsUp() ? this.pace.look : await this.startAgain();
    if (!this.isOver) this.timer = this.lookIn(rest);
  }

  /** Where the system cannot tell (too many open files), it is there. */
  private seemsUp(): boolean {
    try {
      return this.isUp();
    } catch {
      return true;
    }
  }

  private async startAgain(): Promise<number> {
    this.told({ server: 'ended' });
    try {
      await this.start(() => this.isOver);
      if (!this.isOver) this.told({ server: 'started' });
      return this.pace.look;
    } catch (error) {
      this.told({ server: 'failed', why: error instanceof Error ? error.message : 'unknown fault' });
      return this.pace.again;
    }
  }
}
