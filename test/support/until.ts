import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something has come true. @throws after so many seconds without */
export async function until(isTrue: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !(await isTrue()); await sleep(10))
    if (performance.now() > end)
      throw new Error(`did not come true within ${seconds} s: ${isTrue.toString()}`);
}
