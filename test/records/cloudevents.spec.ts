import { connect } from 'node:net';
import { CloudEvent, HTTP } from 'cloudevents';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

const event = (more: object = {}): CloudEvent<unknown> =>
  new CloudEvent({
    type: 'no.stafett.education-interrupted.v1',
    source: `urn:stafett:agency:${agencies.school}`,
    data: dataOf('education-interrupted', newYouth({ givenName: 'Åse Ødegård' }), {
      school: agencies.school,
    }),
    ...more,
  });

async function post({
  headers,
  body,
}: {
  headers: object;
  body: unknown;
}): Promise<{ status: number; receipts: { state: string; eventId: string }[] }> {
  const response = await fetch(`${hub.url}/v1/records`, {
    method: 'POST',
    headers: {
      ...(headers as Record<string, string>),
      authorization: `Bearer ${await hub.token(agencies.school)}`,
    },
    body: String(body),
  });
  return {
    status: response.status,
    ...((await response.json()) as { receipts: { state: string; eventId: string }[] }),
  };
}

/** What comes back for bytes. */
const raw = (port: number, text: string): Promise<string> =>
  new Promise((resolve) => {
    let got = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (got += chunk.toString())).on('close', () => resolve(got));
  });

it('takes what the official package sends in structured mode', async () => {
  const sent = event();
  const { status, receipts } = await post(HTTP.structured(sent));
  expect([status, receipts[0]?.state, receipts[0]?.eventId]).toEqual([202, 'received', sent.id]);
});

it('takes what the official package sends in binary mode, and knows it for the same content', async () => {
  const sent = event();
  const { status, receipts } = await post(HTTP.binary(sent));
  expect([status, receipts[0]?.state, receipts[0]?.eventId]).toEqual([202, 'received', sent.id]);
  const again = await post(HTTP.structured(sent));
  expect(again.receipts[0]).toMatchObject({ duplicate: true });
});

it('takes what the official package makes of a batch', async () => {
  const sent = [event(), event(), event()];
  const batch = {
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(sent),
  };
  const { status, receipts } = await post(batch);
  expect([status, receipts.map((receipt) => receipt.eventId)]).toEqual([202, sent.map(({ id }) => id)]);
});

it('takes null for an attribute that is left out, known to the hub or not', async () => {
  const sent = { ...event().toJSON(), subject: null, time: null, recipient: null, mine: null };
  const { status, receipts } = await post({
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(sent),
  });
  expect([status, receipts[0]?.state]).toEqual([202, 'received']);
});

it('takes headers that are quoted and percent-encoded, and none that came twice', async () => {
  const sent = event();
  const binary = HTTP.binary(sent);
  const headers = binary.headers as Record<string, string>;
  const quoted = { ...headers, 'ce-id': '"a \\"b\\" %C3%98 c"' };
  const { receipts } = await post({ headers: quoted, body: binary.body });
  expect(receipts[0]).toMatchObject({ state: 'received', eventId: 'a "b" Ø c' });
  const lines = Object.entries({ ...headers, authorization: `Bearer ${await hub.token(agencies.school)}` });
  const answer = await raw(
    hub.hub.port,
    [
      'POST /v1/records HTTP/1.1',
      'host: x',
      'connection: close',
      ...lines.map(([name, value]) => `${name}: ${value}`),
      'ce-id: another',
      `content-length: ${Buffer.byteLength(String(binary.body))}`,
      '',
      String(binary.body),
    ].join('\r\n'),
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*"code":"repeated"/);
});

it.each(['a\nb', 'a\u007fb', 'a\u0085b', '\u0000'])(
  'takes no control characters in attributes: %j',
  async (id) => {
    for (const more of [{ id }, { subject: id }, { mine: id }]) {
      const answer = await post({
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({ ...event().toJSON(), ...more }),
      });
      expect([answer.status, JSON.stringify(answer)]).toEqual([400, expect.stringContaining('"character"')]);
    }
  },
);

it('gives out events that the official package can read', async () => {
  const sent = event();
  await post(HTTP.structured(sent));
  const got = await hub.as(agencies.ot).pullUntil((events) => events.some((each) => each.id === sent.id));
  const read = new CloudEvent(got.find((each) => each.id === sent.id));
  expect(read.validate()).toBe(true);
  expect([read.id, read.source, read.type, read.data]).toEqual([sent.id, sent.source, sent.type, sent.data]);
});
