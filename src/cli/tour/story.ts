import { addDays, type Day } from '../../common/days.js';
import type { Answer } from '../hub-client.js';
import type { SyntheticYouth } from '../youths.js';
import type { Event, Party } from './party.js';
import type { Printer } from './printer.js';
import type { StepKey, Texts } from './words.js';

export interface Cast {
  readonly school: Party;
  readonly ot: Party;
  readonly nav: Party;
  readonly county: Party;
  readonly youth: SyntheticYouth;
  readonly forgotten: SyntheticYouth;
  readonly today: Day;
  readonly inTwoWeeks: Day;
  readonly newId: () => string;
}

type Body = Answer['body'];
interface Receipt {
  readonly recordId: string;
  readonly state: string;
}

/** What happens, in order. Each step makes one call, shows it, and checks the answer against what the story says. */
export class Story {
  constructor(
    private readonly cast: Cast,
    private readonly texts: Texts,
    private readonly printer: Printer,
  ) {}

  async play(): Promise<void> {
    await this.interruption();
    await this.refusal();
    const { consentId, referralId } = await this.referral();
    await this.answer(referralId);
    await this.withdrawal(consentId);
    await this.trail();
    await this.reconciliation();
  }

  private async interruption(): Promise<void> {
    const { school, ot, youth } = this.cast;
    const event = await this.event(school, 'education-interrupted', youth, {
      school: school.client.orgNumber,
    });
    const pushed = await school.push(event);
    const receipt = receiptOf(pushed.body);
    this.tell('interrupted', 'POST /v1/records', pushed, receipt?.state === 'received');
    const got = await ot.next(({ recordid }) => recordid === receipt?.recordId);
    this.tellEvent('otPulls', 'GET /v1/inbox?wait=10', got, got?.data?.['youth'] !== undefined);
    const acknowledged = await this.acknowledge(ot, got);
    this.tell(
      'otAcknowledges',
      'POST /v1/inbox/acknowledgements',
      acknowledged,
      acknowledgedAll(acknowledged),
    );
  }

  private async refusal(): Promise<void> {
    const { ot, youth } = this.cast;
    const pushed = await ot.push(await this.event(ot, 'referral', youth));
    this.tell('referredWithoutYes', 'POST /v1/records', pushed, receiptOf(pushed.body)?.state === 'received');
    const notice = await ot.next(({ data }) => data?.['recordId'] === receiptOf(pushed.body)?.recordId);
    this.tellEvent(
      'refusalNotice',
      'GET /v1/inbox?wait=10',
      notice,
      notice?.data?.['reason'] === 'consent-missing',
    );
    await this.acknowledge(ot, notice);
  }

  private async referral(): Promise<{ consentId: string; referralId: string }> {
    const { ot, nav, youth } = this.cast;
    const consent = await this.release(youth);
    this.tell('consent', 'POST /v1/consents', consent, consent.body['state'] === 'given');
    const pushed = await ot.push(await this.event(ot, 'referral', youth));
    const receipt = receiptOf(pushed.body);
    this.tell('referred', 'POST /v1/records', pushed, receipt?.state === 'received');
    const got = await nav.next(({ recordid }) => recordid === receipt?.recordId);
    this.tellEvent('navPulls', 'GET /v1/inbox?wait=10', got, got?.data?.['youth'] !== undefined);
    const acknowledged = await this.acknowledge(nav, got);
    this.tell(
      'navAcknowledges',
      'POST /v1/inbox/acknowledgements',
      acknowledged,
      acknowledgedAll(acknowledged),
    );
    return { consentId: String(consent.body['consentId']), referralId: receipt?.recordId ?? '' };
  }

  private async answer(referralId: string): Promise<void> {
    const { ot, nav, youth } = this.cast;
    const event = await this.event(nav, 'referral-response', youth, {}, { inreplyto: referralId });
    const pushed = await nav.push(event);
    this.tell('navAnswers', 'POST /v1/records', pushed, receiptOf(pushed.body)?.state === 'received');
    const got = await ot.next(({ recordid }) => recordid === receiptOf(pushed.body)?.recordId);
    this.tellEvent('otReadsAnswer', 'GET /v1/inbox?wait=10', got, got?.data?.['outcome'] === 'taken');
    await this.acknowledge(ot, got);
  }

  private async withdrawal(consentId: string): Promise<void> {
    const { ot, youth } = this.cast;
    const path = `/v1/consents/${consentId}/withdrawal`;
    const withdrawn = await ot.client.call('POST', path, { by: 'youth', how: 'phone' });
    this.tell('withdrawn', `POST ${path}`, withdrawn, withdrawn.body['state'] === 'withdrawn');
    const pushed = await ot.push(await this.event(ot, 'referral', youth));
    const notice = await ot.next(({ data }) => data?.['recordId'] === receiptOf(pushed.body)?.recordId);
    this.tellEvent(
      'stopped',
      'POST /v1/records, GET /v1/inbox?wait=10',
      notice,
      notice?.data?.['reason'] === 'consent-missing',
    );
    await this.acknowledge(ot, notice);
  }

  private async trail(): Promise<void> {
    const search = { nationalId: this.cast.youth.nationalId, reason: 'Omvisning' };
    const found = await this.cast.county.client.call('POST', '/v1/audit/searches', search);
    const acts = ((found.body['items'] ?? []) as { act: string }[]).map(({ act }) => act);
    const expected = [
      'record-received',
      'transfer-disclosed',
      'record-refused',
      'consent-given',
      'consent-withdrawn',
    ];
    this.show(
      'trail',
      'POST /v1/audit/searches',
      `${found.status}  ${acts.length}: ${acts.join(', ')}`,
      expected.every((act) => acts.includes(act)),
    );
  }

  private async reconciliation(): Promise<void> {
    const { ot, county, forgotten, inTwoWeeks } = this.cast;
    await this.release(forgotten);
    const pushed = await ot.push(await this.event(ot, 'referral', forgotten));
    const recordId = receiptOf(pushed.body)?.recordId ?? '';
    const view = await this.dispatched(ot, recordId);
    this.tell('forgotten', `GET /v1/records/${recordId}`, view, transferOf(view.body)?.state === 'available');
    const input = { kind: 'deliveries', asOf: inTwoWeeks };
    const run = await county.client.call('POST', '/v1/reconciliation/runs', input);
    this.tell(
      'nightly',
      `POST /v1/reconciliation/runs ${JSON.stringify(input)}`,
      run,
      Number(run.body['found']) > 0,
    );
    const found = await this.discrepancyOf(transferOf(view.body)?.transferId);
    this.show(
      'discrepancy',
      'GET /v1/discrepancies?state=open',
      found ? JSON.stringify(found) : '-',
      found?.['code'] === 'unacknowledged',
    );
  }

  /** The record's view once it has been dispatched: its sender hears of a delivery by looking. */
  private async dispatched(party: Party, recordId: string): Promise<Answer> {
    for (let look = 1; ; look += 1) {
      const view = await party.client.call('GET', `/v1/records/${recordId}`);
      if (view.body['state'] !== 'received' || look === 100) return view;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async discrepancyOf(transferId: string | undefined): Promise<Body | undefined> {
    for (let after = '', more = true; more;) {
      const page = await this.cast.county.client.must(
        'GET',
        `/v1/discrepancies?state=open&limit=500${after && `&after=${after}`}`,
      );
      const found = (page['items'] as Body[]).find((item) => item['transferId'] === transferId);
      if (found) return found;
      after = String(page['cursor']);
      more = page['more'] === true;
    }
    return undefined;
  }

  private release(youth: SyntheticYouth): Promise<Answer> {
    const { ot, nav, today } = this.cast;
    return ot.client.call('POST', '/v1/consents', {
      youth: { nationalId: youth.nationalId },
      from: ot.urn,
      to: nav.urn,
      recordTypes: ['referral'],
      categories: ['identity', 'contact', 'education', 'follow-up'],
      purpose: 'Nav og OT finner en plass sammen med meg',
      validUntil: addDays(today, 90),
      signers: [{ role: 'youth', how: 'id-porten', at: today, reference: 'tour' }],
    });
  }

  /** An event from the example that the hub itself gives for the type, about the youth of the story. */
  private async event(
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
      id: this.cast.newId(),
      source: sender.urn,
      type: `no.stafett.${key}.v1`,
      ...attributes,
      data: { ...example, ...more, youth },
    };
  }

  private acknowledge(party: Party, event: Event | undefined): Promise<Answer> {
    return party.client.call('POST', '/v1/inbox/acknowledgements', {
      transfers: [event?.['transferid'] ?? this.cast.newId()],
    });
  }

  private tell(key: StepKey, call: string, { status, body }: Answer, asTold: boolean): void {
    this.show(key, call, `${status}  ${JSON.stringify(body)}`, asTold && status < 300);
  }

  /** An event as it came, without who the youth is: a terminal is no place for it. */
  private tellEvent(key: StepKey, call: string, event: Event | undefined, asTold: boolean): void {
    const { data, specversion: _, ...attributes } = event ?? {};
    const shown = data && Object.fromEntries(Object.entries(data).filter(([field]) => field !== 'youth'));
    this.show(key, call, event ? `200  ${JSON.stringify({ ...attributes, data: shown })}` : '-', asTold);
  }

  private show(key: StepKey, call: string, answer: string, asTold: boolean): void {
    this.printer.step({ ...this.texts.steps[key], call, answer, asTold });
  }
}

const receiptOf = (body: Body): Receipt | undefined => (body['receipts'] as Receipt[] | undefined)?.[0];
const transferOf = (body: Body): { transferId: string; state: string } | undefined =>
  (body['transfers'] as { transferId: string; state: string }[] | undefined)?.[0];
const acknowledgedAll = (answer: Answer): boolean =>
  (answer.body['results'] as { state: string }[] | undefined)?.every(
    ({ state }) => state === 'acknowledged',
  ) ?? false;
