import { armFault } from '../../src/database/fault-point.js';
import { agencies, startTestHub, type TestHub } from '../support/hub.js';
import { dataOf, newYouth } from '../support/youths.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterEach(() => armFault(''));
afterAll(() => hub.close());

it.each([
  ['57014', 503],
  ['53200', 503],
  ['58030', 503],
  ['40001', 200],
])(
  'tells what passes as such, whichever statement of a pull or an acknowledgement fails with %s',
  async (state, expected) => {
    const [school, ot] = [hub.as(agencies.school), hub.as(agencies.ot)];
    const data = dataOf('education-interrupted', newYouth(), { school: school.orgNumber });
    await school.dispatched(await school.send(school.event('education-interrupted', data)));
    const { body } = await ot.pull();
    const asked = {
      'inbox.open-page': () => ot.pull(),
      'inbox.page-after': () => ot.pull(`?after=${body.cursor}`),
      'inbox.lock-transfers': () => ot.pull(),
      'inbox.answerable-through': () =>
        ot.call('POST', '/v1/inbox/acknowledgements', { through: body.cursor }),
    };
    for (const [statement, ask] of Object.entries(asked)) {
      armFault(`fail-${state}:before:${statement}:1`);
      expect([statement, (await ask()).status]).toEqual([statement, expected]);
    }
  },
);
