import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.js';

/** @param help what to give instead. @throws CommandError */
export async function fileAt(path: string, help: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch {
    throw new CommandError(`${path} cannot be read. ${help}`);
  }
}
