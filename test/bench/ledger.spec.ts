import { Ledger } from '../../bench/load/ledger.js';
import { checkReceipts } from '../../bench/load/push.js';
import { readPage } from '../../bench/load/pull.js';

describe('the generator’s own notes', () => {
  it('counts what was accepted and not handed out', () => {
    const ledger = new Ledger();
    const numbers = Array.from({ length: 100_000 }, (_, i) => ledger.send(i % 2));
    for (const number of numbers) ledger.accept(number);
    for (const number of numbers.slice(1)) ledger.pull(number, number % 2);
    expect(ledger.outstanding).toBe(1);
  });

  it('notices what comes twice, to a wrong inbox, or from nowhere', () => {
    const ledger = new Ledger();
    const number = ledger.send(1);
    ledger.accept(number);
    expect(() => ledger.accept(number)).toThrow('accepted twice');
    expect(() => ledger.pull(number, 0)).toThrow('belongs to 1');
    ledger.pull(number, 1);
    expect(() => ledger.pull(number, 1)).toThrow('handed out twice');
    expect(() => ledger.pull(7, 1)).toThrow('nobody sent');
  });
});

describe('the generator reads answers', () => {
  const answer = (status: number, body: string) => ({ status, body: Buffer.from(body) });
  const taken = '{"duplicate":false,"problem":null}';

  it('takes only new receipts for taken', () => {
    expect(() => checkReceipts(answer(202, `[${taken},${taken}]`), 2)).not.toThrow();
    expect(() => checkReceipts(answer(202, taken), 2)).toThrow('2 events were pushed and 1 taken');
    expect(() => checkReceipts(answer(503, ''), 1)).toThrow('HTTP 503');
  });

  it('reads the events’ numbers and the cursor out of a page, and notices an event of another', () => {
    const event = '{"id":"bench-12","transferid":"t"}';
    const end = '],"cursor":"c-1","more":true}';
    expect(readPage(answer(200, `{"events":[${event}${end}`))).toEqual({
      numbers: [12],
      cursor: 'c-1',
      more: true,
    });
    const strange = '{"id":"notice-1","transferid":"t"}';
    expect(() => readPage(answer(200, `{"events":[${event},${strange}${end}`))).toThrow('nobody sent');
    expect(() => readPage(answer(401, '{}'))).toThrow('HTTP 401');
  });
});
