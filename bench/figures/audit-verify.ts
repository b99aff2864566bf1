import type { Figure } from '../figure.js';
import { runStafett } from '../hub/command.js';
import { Connection, get } from '../load/http.js';
import { sealedIn } from '../load/waiting-entries.js';
import { rounded } from '../maths.js';
import type { Site } from '../site.js';
import { sealedLog } from './audit-seal.js';

export const auditVerify: Figure = {
  name: 'audit.verify',
  what: 'seconds in which `stafett log verify` rebuilds a log of a million entries over HTTP',
  must: { seconds: 30 },
  aim: { seconds: 20 },
  async measure(bench) {
    const site = await sealedLog(bench);
    await site.prepare();
    const key = await keyOf(site);
    bench.say('audit.verify');
    const entries = await sealedIn(site);
    const start = performance.now();
    // As README tells auditors to. Its start counts: they wait for it too.
    const told = await runStafett(
      ['log', 'verify', `http://127.0.0.1:${site.port}/v1/log`, '--key', key],
      { STAFETT_TOKEN: site.tokenOfAuditor() },
      bench.cleanup,
    );
    const seconds = (performance.now() - start) / 1000;
    if (!told.includes('The log is whole')) throw new Error(`stafett log verify found something: ${told}`);
    await bench.finish(site);
    return { perSecond: Math.round(entries / seconds), seconds: rounded(seconds), entries };
  },
};

async function keyOf(site: Site): Promise<string> {
  const connection = await Connection.open(site.port);
  const { body } = await connection.send(get('/v1/log/key', site.tokenOfAuditor()));
  connection.close();
  return body.toString('utf8').trim();
}
