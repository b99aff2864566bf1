import { systemClock } from '../../common/clock.js';
import { dayOf } from '../../common/days.js';
import type { Config } from '../../config/config.schema.js';
import { loadConfig } from '../../config/load.js';
import { CommandError } from '../command-error.js';
import { castOf, type Cast } from './cast.js';
import { Stage } from './stage.js';
import { Story } from './story.js';
import { texts } from './texts.js';
import type { Hints, Language } from './words.js';

/** What a command in another terminal needs to find the same keys. */
const ofKeys = ['STAFETT_CONFIG', 'STAFETT_DATA', 'STAFETT_KEYS'] as const;

/**
 * Plays the tour against the hub of the settings, with new synthetic youths each time.
 * @param agency who looks up the agencies; the first county of the directory file where it is left out
 * @throws CommandError that names the step which did not go as told
 */
export async function playTour(config: Config, language: Language, agency?: string): Promise<void> {
  const now = systemClock.now();
  const told = texts[language];
  const stage = new Stage(told, (line) => void process.stdout.write(`${line}\n`));
  const cast = await castOf(config, agency, now);
  if (!cast) throw new CommandError(told.noCast);
  const { school, ot, nav, county } = cast;
  const names = { school: school.name, ot: ot.name, nav: nav.name, county: county.name };
  stage.opening(told.opening(names, config.http.publicUrl));
  try {
    await new Story(cast, stage, dayOf(now)).play();
  } catch (error) {
    throw stage.stopped(error);
  }
  stage.score();
  stage.lines('', ...whatNext(told.hints, cast, config.http.publicUrl, language));
}

function whatNext(hints: Hints, { nav, county }: Cast, url: string, language: Language): string[] {
  const given: (readonly [string, string | undefined])[] = ofKeys.map((name) => [name, process.env[name]]);
  if (url !== loadConfig({}).http.publicUrl) given.push(['STAFETT_URL', url]);
  const environment = given.map(([name, value]) => (value ? `${name}=${quoted(value)} ` : '')).join('');
  const npm = `${environment}npm run -s stafett --`;
  const curl = (orgNumber: string, scope: string, path: string): string =>
    `curl -s -H "Authorization: Bearer $(${npm} token --agency ${orgNumber} --scope ${scope})" '${url}${path}'`;
  const tries: readonly (readonly [string, string])[] = [
    [hints.agencies, `${npm} agencies`],
    [hints.navInbox, curl(nav.client.orgNumber, 'stafett:inbox', '/v1/inbox')],
    [
      hints.discrepancies,
      curl(county.client.orgNumber, 'stafett:reconciliation', '/v1/discrepancies?state=open'),
    ],
    [
      hints.log,
      curl(county.client.orgNumber, 'stafett:audit', '/v1/audit/entries?act=transfer-disclosed&limit=5'),
    ],
    [hints.again, `${npm} tour --lang ${language === 'en' ? 'nb' : 'en'}`],
  ];
  return [
    hints.open,
    `  ${url}/docs      ${hints.docs}`,
    `  ${url}/problems  ${hints.problems}`,
    hints.try,
    ...tries.flatMap(([what, command]) => [`  # ${what}`, `  ${command}`]),
  ];
}

const quoted = (value: string): string =>
  /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
