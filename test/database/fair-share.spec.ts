import { loadConfig } from '../../src/config/load.js';
import type { AgencyId } from '../../src/common/ids.js';
import { FairShare } from '../../src/database/fair-share.js';

const [one, other] = ['one', 'other'] as string[] as AgencyId[];
const config = loadConfig({});
const shareOf = (poolSize: number): FairShare =>
  new FairShare({ ...config, database: { ...config.database, poolSize, connectTimeoutMs: 100 } });

/** Work that is done when it is told. */
function works(): {
  begun: string[];
  work: (name: string) => () => Promise<string>;
  end: (name: string) => void;
} {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    work: (name) => () => {
      begun.push(name);
      return new Promise((resolve) => ends.set(name, () => resolve(name)));
    },
    end: (name) => ends.get(name)?.(),
  };
}

it('lets an agency have a quarter of the pool at work, one after the other, and keeps no other waiting', async () => {
  const share = shareOf(8);
  const { begun, work, end } = works();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => share.run(one!, work(name)));
  const x = share.run(other!, work('x'));
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b', 'x']);
  end('b');
  expect(await b).toBe('b');
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b', 'x', 'c']);
  for (const name of ['a', 'x', 'c']) end(name);
  await Promise.all([a, x, c]);
  end('d');
  expect(await d).toBe('d');
});

it('goes on where work fails, and turns away whoever has too much waiting', async () => {
  const share = shareOf(4);
  const { work, end } = works();
  const first = share.run(one!, work('first'));
  const fails = Array.from({ length: 16 }, () => share.run(one!, () => Promise.reject(new Error('broken'))));
  await expect(share.run(one!, work('beyond'))).rejects.toMatchObject({ code: 'busy' });
  end('first');
  expect(await first).toBe('first');
  for (const each of fails) await expect(each).rejects.toThrow('broken');
  const next = share.run(one!, work('next'));
  await Promise.resolve();
  end('next');
  expect(await next).toBe('next');
});

it('lets nobody wait for longer than for a connection, but for who goes on with an answer', async () => {
  const share = shareOf(4);
  const { begun, work, end } = works();
  const first = share.run(one!, work('first'));
  const goesOn = share.goOn(one!, work('goes on'));
  await expect(share.run(one!, work('late'))).rejects.toMatchObject({ code: 'busy' });
  expect(begun).toEqual(['first']);
  end('first');
  await first;
  await Promise.resolve();
  end('goes on');
  expect(await goesOn).toBe('goes on');
  const next = share.run(one!, work('next'));
  await Promise.resolve();
  end('next');
  expect(await next).toBe('next');
  expect(begun).toEqual(['first', 'goes on', 'next']);
});
