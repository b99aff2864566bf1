import { problemIn, startHub, type TestHub } from './hub.js';
import { ProbeController } from './probe.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub([ProbeController]);
});
afterAll(() => hub.close());

it.each([
  ['failed-precondition', 412, 'malformed-request'],
  ['beyond-the-end', 416, 'malformed-request'],
  ['fault', 500, 'internal'],
])('answers %s with the status that HTTP has for it, in head and body', async (path, status, code) => {
  const answer = await hub.get(`/probe/${path}`);
  expect(answer.status).toBe(status);
  const problem = await problemIn(answer);
  expect([problem.code, JSON.parse(problem.text).status]).toEqual([code, status]);
  expect(problem.text).not.toContain('01019012345');
});
