import { tell } from './output.js';

const BAR = 30;
const TERMINAL_MS = 100;
const PLAIN_MS = 2000;

/** How far a long command is, on standard error: a bar where people look, and now and then a line where a file is written. */
export function progressBar(what: string): (done: number, total: number) => void {
  const terminal = process.stderr.isTTY;
  const pause = terminal ? TERMINAL_MS : PLAIN_MS;
  let told = performance.now();
  return (done, total) => {
    const ended = done === total;
    if (!(terminal && ended) && performance.now() - told < pause) return;
    told = performance.now();
    const filled = Math.floor((BAR * done) / total);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${done} of ${total} ${what}`;
    if (terminal) process.stderr.write(`\r${bar}${ended ? '\n' : ''}`);
    else tell(bar);
  };
}
