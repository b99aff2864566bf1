import { once } from 'node:events';

/** Waits where the reader of a pipe is slower, so that a million lines do not pile up in memory. */
export const print = (line: string): Promise<void> => write(`${line}\n`);

/** As it is, to standard output. */
export async function write(bytes: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

/** For people: progress, cursors, errors. Never mixed into what is piped on. */
export const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** A text of any shape as one line. */
export const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');

/** What a log says goes to a terminal: without what would move its cursor or turn the text around. */
export const visible = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
