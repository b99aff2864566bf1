import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  newSignerKey,
  Witness,
  witnessServer,
  WitnessStore,
  type SignerKey,
  type VerifierKey,
} from '../../src/audit/verify/index.js';

const listen = async (server: Server, port = 0): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
const close = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};

/** A witness on a socket, which may go away and come back with what it remembers. */
export class TestWitness {
  readonly alarms: string[] = [];
  readonly witness: Witness;
  private readonly folder = mkdtempSync(join(tmpdir(), 'stafett-witness-'));
  private server: Server | undefined;
  private port = 0;

  private constructor(
    readonly key: SignerKey,
    logs: readonly VerifierKey[],
  ) {
    this.witness = new Witness({
      signer: key,
      logs,
      store: new WitnessStore(this.folder),
      now: () => Math.floor(Date.now() / 1000),
      onAlarm: (_, why) => void this.alarms.push(why),
    });
  }

  static async start(name: string, logs: readonly VerifierKey[]): Promise<TestWitness> {
    const made = new TestWitness(newSignerKey(name, 'cosignature'), logs);
    await made.comeBack();
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async comeBack(): Promise<void> {
    this.server = witnessServer(
      this.witness,
      () => undefined,
      (error) => void this.alarms.push(String(error)),
    );
    this.port = await listen(this.server, this.port);
  }

  async goAway(): Promise<void> {
    if (this.server) await close(this.server);
    this.server = undefined;
  }

  async end(): Promise<void> {
    await this.goAway();
    rmSync(this.folder, { recursive: true });
  }
}

/** Something on a socket that answers as a test has it. */
export async function impostor(listener: RequestListener): Promise<{ url: string; end(): Promise<void> }> {
  const server = createServer(listener);
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, end: () => close(server) };
}
