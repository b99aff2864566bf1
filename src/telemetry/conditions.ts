import { Injectable } from '@nestjs/common';

export type Condition = Readonly<Record<string, string | number | boolean>>;

/**
 * What areas tell of themselves at /health/ready. It does not make a process unready: intake goes on while disclosure has stopped,
 * and the platform would stop both.
 */
@Injectable()
export class Conditions {
  private readonly looks = new Map<string, () => Promise<Condition>>();

  add(name: string, look: () => Promise<Condition>): void {
    this.looks.set(name, look);
  }

  get all(): ReadonlyMap<string, () => Promise<Condition>> {
    return this.looks;
  }
}
