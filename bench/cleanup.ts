type Stop = () => Promise<unknown>;

/**
 * What must not outlive the bench: processes and folders, noted the moment they are begun and ended in the opposite order. A run that
 * ends well has stopped its hubs by then; after a fault or Ctrl-C nothing is asked politely.
 */
export class Cleanup {
  private readonly stops: Stop[] = [];
  private running: Promise<void> | undefined;

  get begun(): boolean {
    return this.running !== undefined;
  }

  /** @throws where everything is being stopped: what was begun too late is stopped at once */
  add(stop: Stop): void {
    if (!this.begun) {
      this.stops.push(stop);
      return;
    }
    void stop().catch(() => undefined);
    throw new Error('the bench is being stopped');
  }

  /** Again waits for the same. */
  run(): Promise<void> {
    return (this.running ??= this.stopAll());
  }

  private async stopAll(): Promise<void> {
    for (let stop = this.stops.pop(); stop; stop = this.stops.pop()) await stop().catch(() => undefined);
  }
}
