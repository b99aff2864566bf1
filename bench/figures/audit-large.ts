import type { Figure } from '../figure.js';
import { askAll, askProofs } from '../load/ask.js';
import { DAYS, fillLog } from '../load/fill-log.js';
import { questionsOf } from '../load/questions.js';
import { entriesIn, untilSealed } from '../load/waiting-entries.js';
import { makeYouths } from '../load/youths.js';
import { percentile, rounded } from '../maths.js';

const DATABASE = 'large_log';
/** Subjects of each question, and entries to prove. The first ones warm up. */
const SUBJECTS = 50;
const PROOFS = 500;
const WARM = 5;
/** Sealing that is slower than this has stopped. */
const FEWEST_PER_SECOND = 5000;

export const auditLarge: Figure = {
  name: 'audit.large',
  what: 'auditors’ questions, page by page, and proofs of any entry, in a log of 10,000,000: p95 in ms',
  must: { questionsP95: 100, proofsP95: 20 },
  aim: { questionsP95: 50, proofsP95: 10 },
  onRequest: true,
  async measure(bench) {
    const { options, postgres } = bench;
    const began = performance.now();
    const site = await bench.coldSite({ database: DATABASE });
    await site.withoutHub(() =>
      fillLog({
        entries: options.entries,
        county: site.county,
        connect: () => postgres.connect(DATABASE),
        makeYouths: (controller, count) => makeYouths(postgres, DATABASE, controller, count),
        say: bench.say,
      }),
    );
    bench.say('audit.large: sealing');
    await untilSealed(site, 60_000 + (options.entries / FEWEST_PER_SECOND) * 1000);
    const entries = await entriesIn(site);
    await site.prepare();
    const p95s: Record<string, number> = {};
    for (const question of await questionsOf(site, DAYS)) {
      bench.say(`audit.large: ${question.name}`);
      await askAll(site, question, WARM);
      p95s[question.name] = rounded(percentile(await askAll(site, question, SUBJECTS), 0.95));
    }
    bench.say('audit.large: proofs');
    const some = await site.sql<{ id: string }>(
      'select entry_id as id from stafett.audit_leaf where leaf_index = any (select floor(random() * $1)::bigint from generate_series(1, $2))',
      [entries, PROOFS],
    );
    const proofs = await askProofs(
      site,
      some.map(({ id }) => id),
    );
    await bench.finish(site);
    return {
      questionsP95: Math.max(...Object.values(p95s)),
      proofsP95: rounded(percentile(proofs.slice(WARM), 0.95)),
      ...p95s,
      entries,
      seconds: Math.round((performance.now() - began) / 1000),
    };
  },
};
