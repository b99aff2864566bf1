import { Cleanup } from '../../bench/cleanup.js';

describe('what the bench started', () => {
  it('is stopped in the opposite order, once, whatever fails on the way', async () => {
    const cleanup = new Cleanup();
    const stopped: string[] = [];
    for (const name of ['folder', 'server', 'hub'])
      cleanup.add(() => {
        stopped.push(name);
        return name === 'server' ? Promise.reject(new Error('it is gone')) : Promise.resolve();
      });
    await Promise.all([cleanup.run(), cleanup.run()]);
    expect(stopped).toEqual(['hub', 'server', 'folder']);
  });

  it('is stopped at once where everything else is already being stopped', async () => {
    const cleanup = new Cleanup();
    await cleanup.run();
    let stopped = false;
    expect(() => cleanup.add(async () => void (stopped = true))).toThrow('being stopped');
    expect(stopped).toBe(true);
  });
});
