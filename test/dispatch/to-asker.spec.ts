import type { Client, Json } from '../support/client.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { dataOf, newYouth, releaseFor } from '../support/youths.js';

const CLOUD_EVENT = { 'content-type': 'application/cloudevents+json' };
const urn = (orgNumber: string): string => `urn:stafett:agency:${orgNumber}`;
const about =
  (id: string) =>
  (events: Json[]): boolean =>
    events.some(({ recordid }) => recordid === id);

let hub: TestHub;
let school: Client, ot: Client, nav: Client, otherNav: Client;
beforeAll(async () => {
  hub = await startTestHub();
  [school, ot, nav, otherNav] = [agencies.school, agencies.ot, agencies.nav, agencies.otherNav].map((one) =>
    hub.as(one),
  ) as [Client, Client, Client, Client];
});
afterAll(() => hub.close());

it('lets an answer go to who asked, named or not, and to nobody else', async () => {
  const youth = newYouth();
  await ot.call('POST', '/v1/consents', releaseFor(youth, ot.orgNumber, nav.orgNumber));
  const asked = await ot.send(ot.event('referral', dataOf('referral', youth)));
  await nav.pullUntil(about(asked));
  const answer = (recipient?: string): ReturnType<Client['event']> =>
    nav.event('referral-response', dataOf('referral-response', youth), {
      inreplyto: asked,
      ...(recipient !== undefined && { recipient: urn(recipient) }),
    });
  for (const other of [agencies.school, agencies.otherOt, agencies.county, agencies.otherNav]) {
    const event = answer(other);
    const refused = { code: 'route-not-allowed', errors: [{ pointer: '/recipient', code: 'route' }] };
    expect((await nav.push(event)).body).toMatchObject(refused);
    const check = await nav.call('POST', '/v1/records/check', event, CLOUD_EVENT);
    expect(check.body.checks?.[0].problem ?? check.body).toMatchObject(refused);
  }
  for (const event of [answer(agencies.ot), answer()]) {
    const id = await nav.send(event);
    expect((await nav.dispatched(id)).transfers).toMatchObject([{ recipient: urn(agencies.ot) }]);
  }
});

it('lets what a wrong office passed on go once there is a yes to the one that has it now', async () => {
  const youth = newYouth();
  const release = (to: Client): Promise<Json> =>
    school.call('POST', '/v1/consents', releaseFor(youth, school.orgNumber, to.orgNumber));
  await release(nav);
  const asked = await school.send(
    school.event('referral', dataOf('referral', youth), {
      recipient: urn(nav.orgNumber),
      holdforconsent: true,
    }),
  );
  await nav.pullUntil(about(asked));
  const wrong = { youth, outcome: 'wrong-office', forwardedTo: otherNav.orgNumber };
  await nav.send(nav.event('referral-response', wrong, { inreplyto: asked }));
  const second = async (): Promise<Json> =>
    (await school.record(asked)).body.transfers.find(
      ({ recipient }: Json) => recipient === urn(otherNav.orgNumber),
    );
  await until(async () => (await second())?.hold?.reason === 'consent-missing');
  await release(otherNav);
  await until(async () => (await second()).state === 'available', 8);
  await otherNav.pullUntil(about(asked));
});
