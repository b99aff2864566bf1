import { Proxy } from '../crash/support/proxy.js';
import { startTestHub, type TestHub } from './hub.js';

/** A hub and the way to its database, which can be closed. */
export interface HubBehindProxy {
  readonly hub: TestHub;
  readonly proxy: Proxy;
  close(): Promise<void>;
}

export async function startBehindProxy(): Promise<HubBehindProxy> {
  let way: Proxy | undefined;
  const hub = await startTestHub(undefined, undefined, async (appUrl) => {
    const url = new URL(appUrl);
    way = await Proxy.start(Number(url.port));
    url.host = `127.0.0.1:${way.port}`;
    return url.href;
  });
  const proxy = way as Proxy;
  return {
    hub,
    proxy,
    close: async () => {
      proxy.set('open');
      await hub.close();
      await proxy.stop();
    },
  };
}
