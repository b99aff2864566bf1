import { addDays, type Day } from '../../common/days.js';
import type { Answer, Body } from '../hub-client.js';
import type { SyntheticYouth } from '../youths.js';
import { eventOf, interruptionOf, type Cast, type Checked } from './cast.js';
import { shortIds } from './layout.js';
import { WAIT_SECONDS, type Event, type Party } from './party.js';
import type { Stage } from './stage.js';
import type { StepKey } from './words.js';

interface Transfer {
  readonly transferId: string;
  readonly state: string;
  readonly problem?: object | null;
}

const CLOUD_EVENT = 'application/cloudevents+json';
const waiting = `GET /v1/inbox?wait=${WAIT_SECONDS}&after=…`;
/** Acts of the log that the story must have left about its youth. */
const traces = [
  'record-received',
  'transfer-available',
  'transfer-disclosed',
  'transfer-acknowledged',
  'record-refused',
  'consent-given',
  'consent-withdrawn',
];

/** What happens, in order. Each step makes one call, shows it, and checks the answer against what the story says. */
export class Story {
  constructor(
    private readonly cast: Cast,
    private readonly stage: Stage,
    private readonly today: Day,
  ) {}

  async play(): Promise<void> {
    await this.interruption();
    await this.refusal();
    const navWasAt = await this.cast.nav.catchUp();
    const consentId = await this.consent();
    const referralId = await this.referral();
    await this.answer(referralId);
    await this.withdrawal(consentId, referralId, navWasAt);
    await this.trail();
    await this.reconciliation(await this.leftLying());
  }

  private async interruption(): Promise<void> {
    const { school, ot, youth } = this.cast;
    await ot.catchUp();
    const event = await interruptionOf(school, youth);
    await this.call('asked', school, 'POST', '/v1/records/check', event, ({ checks }) =>
      (checks as { transfers: Checked[] }[])[0]?.transfers.find(
        ({ would, recipient }) => would === 'deliver' && recipient === ot.client.urn,
      ),
    );
    const recordId = await this.push('interrupted', school, event);
    const got = await this.arrival('otPulls', ot, (each) => each['recordid'] === recordId);
    await this.acknowledge('otAcknowledges', ot, got);
    await this.call('schoolSees', school, 'GET', `/v1/records/${recordId}`, undefined, ({ transfers }) =>
      (transfers as Transfer[]).find(({ state }) => state === 'acknowledged'),
    );
  }

  private async refusal(): Promise<void> {
    const { ot, youth } = this.cast;
    const recordId = await this.push('referredWithoutYes', ot, await eventOf(ot, 'referral', youth));
    await this.refused('refusalNotice', recordId);
  }

  private async consent(): Promise<string> {
    const { ot, youth } = this.cast;
    return this.call('consent', ot, 'POST', '/v1/consents', this.releaseOf(youth), ({ state, consentId }) =>
      state === 'given' ? String(consentId) : undefined,
    );
  }

  private async referral(): Promise<string> {
    const { ot, nav, youth } = this.cast;
    const recordId = await this.push('referred', ot, await eventOf(ot, 'referral', youth));
    const got = await this.arrival('navPulls', nav, (each) => each['recordid'] === recordId);
    await this.acknowledge('navAcknowledges', nav, got);
    return recordId;
  }

  private async answer(referralId: string): Promise<void> {
    const { ot, nav, youth } = this.cast;
    const answer = await eventOf(nav, 'referral-response', youth, {}, { inreplyto: referralId });
    const recordId = await this.push('navAnswers', nav, answer);
    const got = await this.arrival(
      'otReadsAnswer',
      ot,
      (each) => each['recordid'] === recordId,
      (each) => each['inreplyto'] === referralId && each.data?.['outcome'] === 'taken',
    );
    await ot.acknowledge(got);
  }

  private async withdrawal(consentId: string, referralId: string, navWasAt: string): Promise<void> {
    const { ot, nav, youth } = this.cast;
    const path = `/v1/consents/${consentId}/withdrawal`;
    await this.call('withdrawn', ot, 'POST', path, { by: 'youth', how: 'phone' }, ({ state }) =>
      state === 'withdrawn' ? state : undefined,
    );
    const events = await nav.readAgain(navWasAt);
    this.stage.step(
      'notGivenAgain',
      { who: nav.name, call: 'GET /v1/inbox?after=…', status: 200, answer: { events } },
      events.every((each) => each['recordid'] !== referralId) ? events : undefined,
    );
    const recordId = await this.push('referredAfterNo', ot, await eventOf(ot, 'referral', youth));
    await this.refused('stopped', recordId);
  }

  private async trail(): Promise<void> {
    const { county, youth } = this.cast;
    const search = { nationalId: youth.nationalId, reason: 'Stafett: omvisning' };
    const answer = await county.client.call('POST', '/v1/audit/searches', search);
    const entries = (answer.body['items'] ?? []) as { act: string; agency: string | null }[];
    const acts = entries.map(({ act }) => act);
    this.stage.step(
      'trail',
      {
        who: county.name,
        call: 'POST /v1/audit/searches',
        body: search,
        status: answer.status,
        answer: {
          items: entries
            .filter(({ act }, at) => acts.indexOf(act) === at)
            .map(({ act, agency }) => ({ act, agency })),
        },
      },
      traces.every((act) => acts.includes(act)) ? acts : undefined,
    );
  }

  /** @returns the transfer that Nav has read and not acknowledged */
  private async leftLying(): Promise<string> {
    const { ot, nav, other } = this.cast;
    await ot.client.must('POST', '/v1/consents', this.releaseOf(other));
    const recordId = await this.push('otherReferred', ot, await eventOf(ot, 'referral', other));
    const got = await this.arrival('leftLying', nav, (each) => each['recordid'] === recordId);
    return String(got['transferid']);
  }

  private async reconciliation(transferId: string): Promise<void> {
    const { county, nav } = this.cast;
    const input = { kind: 'deliveries', asOf: addDays(this.today, 21) };
    await this.call('nightly', county, 'POST', '/v1/reconciliation/runs', input, ({ runId }) => runId);
    const list = county.client.items<Body>('/v1/discrepancies', { kind: 'deliveries', state: 'open' });
    let found: Body | undefined;
    for await (const each of list) if (each['transferId'] === transferId) found = each;
    this.stage.step(
      'discrepancy',
      {
        who: county.name,
        call: 'GET /v1/discrepancies?kind=deliveries&state=open',
        status: 200,
        answer: { items: found ? [found] : [] },
      },
      found?.['code'] === 'unacknowledged' && found['owner'] === nav.client.urn ? found : undefined,
    );
  }

  /** @returns the record's id, where the hub has taken the event */
  private push(key: StepKey, sender: Party, event: Event): Promise<string> {
    return this.call(key, sender, 'POST', '/v1/records', event, ({ receipts }) => {
      const [receipt] = receipts as { recordId: string; state: string }[];
      return receipt?.state === 'received' ? receipt.recordId : undefined;
    });
  }

  /** Waits for an event that must come. */
  private async arrival(
    key: StepKey,
    party: Party,
    meant: (event: Event) => boolean,
    asTold: (event: Event) => boolean = ({ data }) => data?.['youth'] !== undefined,
  ): Promise<Event> {
    const got = await party.next(meant);
    const scene = { who: party.name, call: waiting, status: 200, answer: { events: got ? [got] : [] } };
    return this.stage.step(key, scene, got && asTold(got) ? got : undefined);
  }

  /** OT hears by a notice that the gate has refused its referral. */
  private async refused(key: StepKey, recordId: string): Promise<void> {
    const { ot } = this.cast;
    const notice = await this.arrival(
      key,
      ot,
      ({ data }) => data?.['recordId'] === recordId,
      ({ data }) => data?.['state'] === 'refused' && data['reason'] === 'consent-missing',
    );
    await ot.acknowledge(notice);
  }

  private acknowledge(key: StepKey, party: Party, event: Event): Promise<Transfer> {
    const input = { transfers: [event['transferid']] };
    return this.call(key, party, 'POST', '/v1/inbox/acknowledgements', input, ({ results }) =>
      (results as Transfer[]).find(({ state }) => state === 'acknowledged'),
    );
  }

  private async call<Found>(
    key: StepKey,
    { name: who, client }: Party,
    method: string,
    path: string,
    body: unknown,
    look: (answer: Body) => Found | undefined,
  ): Promise<Found> {
    const isEvent = path.startsWith('/v1/records') && method === 'POST';
    const answer: Answer = await client.call(method, path, body, isEvent ? CLOUD_EVENT : 'application/json');
    const scene = {
      who,
      call: `${method} ${shortIds(path)}`,
      body,
      status: answer.status,
      answer: answer.body,
    };
    return this.stage.step(key, scene, answer.status < 300 ? look(answer.body) : undefined);
  }

  private releaseOf(youth: SyntheticYouth): object {
    const { ot, nav } = this.cast;
    return {
      youth: { nationalId: youth.nationalId },
      from: ot.client.urn,
      to: nav.client.urn,
      recordTypes: ['referral'],
      categories: ['identity', 'contact', 'education', 'follow-up'],
      purpose: 'Nav skal hjelpe meg å finne arbeidstrening',
      validUntil: addDays(this.today, 90),
      signers: [{ role: 'youth', how: 'id-porten', at: this.today }],
    };
  }
}
