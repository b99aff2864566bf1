import { randomInt, randomUUID } from 'node:crypto';
import { dayOf, type Day } from '../../common/days.js';
import { isOrgNumber, orgNumberOfUrn } from '../../common/ids.js';
import type { Config } from '../../config/config.schema.js';
import type { HubClient } from '../hub-client.js';
import { clientFor } from '../settings.js';
import { syntheticYouths, type SyntheticYouth } from '../youths.js';
import { Party, type Event } from './party.js';
import { heroes } from './words.js';

/** Who plays: found through the API alone, as an integrator would. */
export interface Cast {
  readonly school: Party;
  readonly ot: Party;
  readonly nav: Party;
  readonly county: Party;
  readonly youth: SyntheticYouth;
  readonly other: SyntheticYouth;
}

/** What POST /v1/records/check tells of one recipient. */
export interface Checked {
  readonly recipient: string;
  readonly would: string;
  readonly reason: string | null;
}

interface Listed {
  readonly orgNumber: string;
  readonly kind: string;
  readonly name: string;
  readonly county: string;
  readonly municipality: string | null;
  readonly active: boolean;
}

const AGE = 17;
/** More than enough that some are of the right age. */
const CROWD = 500;

/**
 * A school, the OT unit and the Nav office that serve those who live where the school is, and their county. Who serves whom is
 * asked of the hub, by checking what would become of a record.
 * @returns undefined where the directory has no such four
 */
export async function castOf(
  config: Config,
  agency: string | undefined,
  now: Date,
): Promise<Cast | undefined> {
  const listed: Listed[] = [];
  for await (const each of clientFor(config, agency).items<Listed>('/v1/agencies'))
    if (each.active) listed.push(each);
  const partyOf = ({ name, orgNumber }: Listed): Party =>
    new Party(name.replace(/[,(].*/, '').trim(), clientFor(config, orgNumber));
  const partyAt = (checked: Checked | undefined, kind: string): Party | undefined => {
    const number = orgNumberOfUrn(checked?.recipient);
    const found = listed.find((each) => each.kind === kind && each.orgNumber === number);
    return found && partyOf(found);
  };
  const crowd = [...syntheticYouths(CROWD, randomInt(2 ** 31), now, [])];
  // A year apart, so that the one whose consent stays in force is never the one who has given none yet in another tour.
  const youth = crowd.find(({ birthDate }) => ageOn(dayOf(now), birthDate) === AGE);
  const other = crowd.find(({ birthDate }) => ageOn(dayOf(now), birthDate) === AGE + 1);
  if (!youth || !other) return undefined;

  for (const each of listed.filter(({ kind }) => kind === 'school')) {
    const place = listed.find(({ kind, county }) => kind === 'county' && county === each.county);
    if (!place || !each.municipality) continue;
    const [school, county] = [partyOf(each), partyOf(place)];
    const at = { homeMunicipality: each.municipality };
    const living = { ...youth, ...at, givenName: heroes.youth };
    const controller = await controllerOf(school.client);
    if (controller === undefined || controller !== (await controllerOf(county.client))) continue;
    const [toOt] = await check(school, await interruptionOf(school, living));
    const ot = toOt?.would === 'deliver' ? partyAt(toOt, 'ot') : undefined;
    if (!ot || controller !== (await controllerOf(ot.client))) continue;
    const [toNav] = await check(ot, await eventOf(ot, 'referral', living));
    const nav = toNav?.reason === 'consent-missing' ? partyAt(toNav, 'nav') : undefined;
    if (!nav) continue;
    return { school, ot, nav, county, youth: living, other: { ...other, ...at, givenName: heroes.other } };
  }
  return undefined;
}

export const interruptionOf = (school: Party, youth: SyntheticYouth): Promise<Event> =>
  eventOf(school, 'education-interrupted', youth, { school: school.client.orgNumber });

/** An event from the example that the hub itself gives for the type, about a youth of the story. */
export async function eventOf(
  sender: Party,
  key: string,
  youth: SyntheticYouth,
  more: object = {},
  attributes: object = {},
): Promise<Event> {
  const schema = await sender.client.must('GET', `/v1/record-types/${key}/schema`);
  const [example] = schema['examples'] as object[];
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: sender.client.urn,
    type: `no.stafett.${key}.v1`,
    ...attributes,
    data: { ...example, ...more, youth },
  };
}

async function check(sender: Party, event: Event): Promise<Checked[]> {
  const { body } = await sender.client.call(
    'POST',
    '/v1/records/check',
    event,
    'application/cloudevents+json',
  );
  const [checked] = (body['checks'] as { transfers: Checked[] }[] | undefined) ?? [];
  return checked?.transfers ?? [];
}

/** The legal person that an agency acts for, or undefined where the hub does not let it act. */
async function controllerOf(client: HubClient): Promise<string | undefined> {
  const { body } = await client.call('GET', '/v1/me');
  const number = (body['controller'] as { orgNumber: string } | undefined)?.orgNumber;
  return isOrgNumber(number) ? number : undefined;
}

function ageOn(today: Day, birthDate: Day): number {
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return birthDate.slice(5) > today.slice(5) ? years - 1 : years;
}
