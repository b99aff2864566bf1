import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { nodeFlags } from '../../../src/common/memory.js';
import { projectFolder } from '../../../src/config/load.js';
import { withFolderLock } from '../../../src/database/folder-lock.js';
import { portToKeep } from '../../support/ports.js';

/** A start takes 1 to 2 s on two cores; beside other tests it has taken 10. */
const READY_MS = 60_000;
const KEPT_LINES = 2000;
const SHOWN_LINES = 40;

/** The hub as bin/start.mjs runs it, built where the sources have changed. Two test files may want it at once. */
export async function buildHub(): Promise<void> {
  await withFolderLock(join(projectFolder, 'node_modules/.cache/stafett/build'), () => {
    const code = `import(${JSON.stringify(pathToFileURL(join(projectFolder, 'bin/prepare.mjs')).href)}).then((p) => p.build())`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', code], {
      env: { ...process.env, NODE_OPTIONS: '' },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the hub cannot be built:\n${stderr}`);
    return Promise.resolve();
  });
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One hub process at one address: started, killed and started again there. */
export class HubProcess {
  private child: ChildProcess | undefined;
  private exit: Promise<Ended> = Promise.resolve({ code: null, signal: null });
  private readonly lines: string[] = [];
  /** Where it breaks down, this time. */
  fault = '';

  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
    private readonly restarts: number,
  ) {}

  /** @param restarts how often a start is tried again where it ended before the hub was ready */
  static async at(name: string, env: Readonly<Record<string, string>>, restarts = 0): Promise<HubProcess> {
    return new HubProcess(name, await portToKeep(), env, restarts);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Empty: all. */
  get roles(): string {
    return this.env['STAFETT_ROLES'] ?? '';
  }

  /** Seconds by which this process's clock is wrong: its clients' tokens follow it. */
  get offsetSeconds(): number {
    return Number(this.env['STAFETT_CLOCK_OFFSET_SECONDS'] ?? 0);
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What it last wrote. */
  get output(): string {
    return this.lines.slice(-SHOWN_LINES).join('\n');
  }

  /** @param fault where it breaks down this time (src/database/fault-point.ts) */
  async start(fault = ''): Promise<void> {
    for (let left = this.restarts; ; left -= 1) {
      this.launch(fault);
      try {
        return await this.ready();
      } catch (error) {
        if (left === 0 || this.running) throw error;
      }
    }
  }

  launch(fault = ''): void {
    if (this.running) throw new Error(`${this.name} runs already`);
    this.lines.length = 0;
    this.fault = fault;
    const child = spawn(
      process.execPath,
      [
        ...nodeFlags,
        '--import',
        pathToFileURL(join(projectFolder, 'bin/leash.mjs')).href,
        join(projectFolder, 'dist/src/main.js'),
      ],
      {
        cwd: projectFolder,
        // The channel is the leash: a hub does not outlive the test.
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: {
          PATH: process.env['PATH'] ?? '',
          PORT: String(this.port),
          ...this.env,
          ...(fault && { STAFETT_FAULT_AT: fault }),
        },
      },
    );
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface(stream).on('line', (line) => this.keep(line));
    this.child = child;
    this.exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  async ready(): Promise<void> {
    for (const until = performance.now() + READY_MS; performance.now() < until; await sleep(25)) {
      // Clients are waiting already: a fault may strike before anybody has asked whether the hub is ready.
      if (this.fault && this.child?.signalCode === 'SIGKILL') return;
      if (!this.running) throw new Error(`${this.name} ended while it started:\n${this.output}`);
      const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2000) }).catch(
        () => undefined,
      );
      if (answer?.ok) return;
    }
    throw new Error(`${this.name} was not ready after ${READY_MS / 1000} s:\n${this.output}`);
  }

  /** Says how it ended, once it has. */
  ended(): Promise<Ended> {
    return this.exit;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async kill(): Promise<void> {
    if (!this.running) return;
    this.signal('SIGKILL');
    await this.exit;
  }

  /** SIGTERM. @returns how it ended and after how many milliseconds */
  async terminate(): Promise<Ended & { ms: number }> {
    const since = performance.now();
    this.signal('SIGTERM');
    return { ...(await this.exit), ms: performance.now() - since };
  }

  /** Lines that begin so, whole. */
  linesWith(start: string): string[] {
    return this.lines.flatMap((line) => (line.startsWith(start) ? [line.slice(start.length).trim()] : []));
  }

  private keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }
}
