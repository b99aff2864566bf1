import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { nodeFlags } from '../../src/common/memory.js';
import { projectFolder } from '../../src/config/load.js';
import { freePort } from '../../src/database/processes.js';
import type { Cleanup } from '../cleanup.js';

const READY_MS = 120_000;
/** A hub may take 15 s to drain. */
const STOP_MS = 30_000;

export interface HubSettings {
  readonly data: string;
  readonly databaseUrl?: string;
  readonly queueUrl?: string;
  /** Off leaves the log unsealed. */
  readonly sealing?: 'off' | undefined;
  /** Where the hub's output goes. */
  readonly log: string;
  /** A folder for a CPU profile of the hub, written when it stops. */
  readonly profile?: string | undefined;
}

/** A hub in a process of its own, started as `npm run hub` starts it: the built main, every role, default settings. */
export class HubProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly ended: Promise<number>,
    readonly port: number,
    private readonly log: string,
  ) {}

  static async start(settings: HubSettings, cleanup: Cleanup): Promise<HubProcess> {
    const port = await freePort();
    const output = openSync(settings.log, 'a');
    const child = spawn(
      process.execPath,
      [
        ...nodeFlags,
        ...(settings.profile ? ['--cpu-prof', `--cpu-prof-dir=${settings.profile}`] : []),
        // Stops the hub when this process is killed.
        '--import',
        pathToFileURL(join(projectFolder, 'bin/leash.mjs')).href,
        join(projectFolder, 'dist/src/main.js'),
      ],
      { stdio: ['ignore', output, output, 'ipc'], env: environment(settings, port) },
    );
    closeSync(output);
    const ended = new Promise<number>((resolve) => {
      child.once('error', () => resolve(1));
      child.once('exit', (code) => resolve(code ?? 1));
    });
    const hub = new HubProcess(child, ended, port, settings.log);
    cleanup.add(() => hub.kill());
    await hub.ready();
    return hub;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Lets it drain, as on Ctrl-C. @throws where it does not end well */
  async stop(): Promise<void> {
    if (this.child.exitCode === null) this.child.kill('SIGTERM');
    const code = await Promise.race([this.ended, sleep(STOP_MS, 'late', { ref: false })]);
    if (code === 'late') this.child.kill('SIGKILL');
    if (code !== 0) throw new Error(`the hub ended with ${code}\n${this.lastWords()}`);
  }

  private async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** The end of its log, for a run that failed. */
  lastWords(): string {
    return readFileSync(this.log, 'utf8').trim().split('\n').slice(-10).join('\n');
  }

  private async ready(): Promise<void> {
    const until = performance.now() + READY_MS;
    while (!(await this.answers())) {
      if (this.child.exitCode !== null || performance.now() > until) {
        this.child.kill('SIGKILL');
        throw new Error(`the hub did not start\n${this.lastWords()}`);
      }
      await sleep(50);
    }
  }

  private async answers(): Promise<boolean> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/health/ready`, {
        signal: AbortSignal.timeout(2000),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}

/** Default settings: nothing that the caller's own environment says about a hub or its database counts. */
function environment(settings: HubSettings, port: number): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(STAFETT_|PG|DATABASE_|QUEUE_|PORT$|NODE_ENV$|NODE_OPTIONS$|npm_)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    STAFETT_DATA: settings.data,
    PORT: String(port),
    ...(settings.databaseUrl && { DATABASE_URL: settings.databaseUrl }),
    ...(settings.queueUrl && { QUEUE_URL: settings.queueUrl }),
    ...(settings.sealing && { STAFETT_SEALING: settings.sealing }),
  };
}
