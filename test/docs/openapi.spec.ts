import { jest } from '@jest/globals';
import { startTestHub, type TestHub } from '../support/hub.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

it('serves the document to everyone, and writes it once', async () => {
  const written = jest.spyOn(JSON, 'stringify');
  try {
    const texts = new Set<string>();
    for (let times = 0; times < 3; times += 1) {
      const answer = await fetch(`${hub.url}/openapi.json`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^application\/json/),
      ]);
      texts.add(await answer.text());
    }
    const [text = ''] = texts;
    expect([texts.size, Object.keys(JSON.parse(text).components.schemas)]).toEqual([
      1,
      expect.arrayContaining(['data.referral', 'GiveConsentDto']),
    ]);
    const documents = written.mock.calls.filter(([value]) => (value as { openapi?: string })?.openapi);
    expect(documents).toHaveLength(1);
  } finally {
    written.mockRestore();
  }
});
