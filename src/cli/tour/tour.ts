import { randomInt, randomUUID } from 'node:crypto';
import { systemClock } from '../../common/clock.js';
import { addDays, dayOf, type Day } from '../../common/days.js';
import type { Config } from '../../config/config.schema.js';
import { clientFor } from '../settings.js';
import { syntheticYouths } from '../youths.js';
import { Party } from './party.js';
import { Printer } from './printer.js';
import { Story, type Cast } from './story.js';
import { texts } from './texts.js';

/** A school town with its OT unit and Nav office. The neighbouring county's are never met by chance. */
const TOWN = '0501';

/**
 * Plays the tour against the hub of the settings, on new synthetic youths each time.
 * @returns whether every step went as told
 */
export async function playTour(config: Config, language: 'en' | 'nb'): Promise<boolean> {
  const now = systemClock.now();
  const write = (text: string): void => void process.stdout.write(text);
  const printer = new Printer(texts[language], write);
  const cast = await castOf(config, dayOf(now));
  const url = config.http.publicUrl;
  const names = { school: cast.school.name, ot: cast.ot.name, nav: cast.nav.name, county: cast.county.name };
  printer.opening(texts[language].opening(names, url));
  await new Story(cast, texts[language], printer).play();
  write(`\n${texts[language].next(url, cast.county.client.orgNumber).join('\n')}\n`);
  return printer.closing();
}

interface Listed {
  readonly orgNumber: string;
  readonly kind: string;
  readonly name: string;
  readonly municipality: string | null;
}

async function castOf(config: Config, today: Day): Promise<Cast> {
  const asker = clientFor(config, undefined);
  const agencies: Listed[] = [];
  for (let after = '', more = true; more;) {
    const page = await asker.must(
      'GET',
      `/v1/agencies?limit=500${after && `&after=${encodeURIComponent(after)}`}`,
    );
    agencies.push(...(page['items'] as Listed[]));
    after = String(page['cursor']);
    more = page['more'] === true;
  }
  const party = (kind: string): Party => {
    const found = agencies.find((agency) => agency.kind === kind && agency.municipality === TOWN);
    return new Party(found?.name ?? kind, clientFor(config, found?.orgNumber));
  };
  const [first, second] = [...syntheticYouths(2, randomInt(1_000_000_000), systemClock.now())].map(
    (youth) => ({ ...youth, homeMunicipality: TOWN }),
  );
  if (!first || !second) throw new Error('two youths were asked for');
  const cast = { school: party('school'), ot: party('ot'), nav: party('nav'), county: party('county') };
  await Promise.all([cast.ot.catchUp(), cast.nav.catchUp()]);
  return {
    ...cast,
    youth: first,
    forgotten: second,
    today,
    inTwoWeeks: addDays(today, 14),
    newId: () => randomUUID(),
  };
}
