import { tell } from './output.js';

const BAR = 30;
const TERMINAL_MS = 100;
const PLAIN_MS = 2000;

/** How far a long command is, on standard error: a bar where people look, and now and then a line where a file is written. */
export function progressBar(what: string): (done: number, total: number) => void {
  const show = progressLine();
  return (done, total) => {
    const filled = Math.floor((BAR * done) / total);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${done} of ${total} ${what}`;
    show(bar, process.stderr.isTTY && done === total);
  };
}

/** The same where nobody knows how much there is. The last line is always shown. */
export function progressLine(): (line: string, ended: boolean) => void {
  const terminal = process.stderr.isTTY;
  const pause = terminal ? TERMINAL_MS : PLAIN_MS;
  let told = performance.now();
  return (line, ended) => {
    if (!ended && performance.now() - told < pause) return;
    told = performance.now();
    if (terminal) process.stderr.write(`\r${line}${ended ? '\n' : ''}`);
    else tell(line);
  };
}
