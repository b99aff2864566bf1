import { open, rename, rm, stat } from 'node:fs/promises';
import { CommandError } from './command-error.js';

/** @throws CommandError where there is a file already */
export async function checkThatNobodyIsOverwritten(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there) throw new CommandError(`${path} is there already. Name another file, or say --overwrite.`);
}

/**
 * Writes a file that is there under its name only once it is whole, and on the disk: until then it has another name beside it,
 * and where its bytes break off it is removed. For its owner's eyes only.
 * @throws CommandError where it cannot be written
 */
export async function wholeFile(
  path: string,
  bytes: AsyncIterable<Buffer>,
  overwrite: boolean,
): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  const file = await open(unfinished, 'w', 0o600).catch((error: unknown) => cannot(path, error));
  try {
    try {
      for await (const chunk of bytes)
        await file.appendFile(chunk).catch((error: unknown) => cannot(path, error));
      await file.sync();
    } finally {
      await file.close();
    }
    if (!overwrite) await checkThatNobodyIsOverwritten(path);
    await rename(unfinished, path).catch((error: unknown) => cannot(path, error));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function cannot(path: string, error: unknown): never {
  throw new CommandError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
}
