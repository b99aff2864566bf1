import { Problem } from '../../src/common/problems.js';
import { toProblem } from '../../src/database/failures.js';

const withCode = (code: string, message: string): Error => Object.assign(new Error(message), { code });

it.each([
  ['nobody listens', withCode('ECONNREFUSED', '')],
  [
    'no more files may be opened',
    withCode('EMFILE', 'connect EMFILE 127.0.0.1:5432 - Local (undefined:undefined)'),
  ],
  ['no port is left to connect from', withCode('EADDRNOTAVAIL', 'connect EADDRNOTAVAIL 127.0.0.1:5432')],
  ['the server ends its sessions', withCode('57P01', 'terminating connection')],
  ['the login is refused', withCode('28P01', 'password authentication failed')],
  ['the server only reads', withCode('25006', 'cannot execute INSERT in a read-only transaction')],
  ['TypeORM wraps it', { driverError: withCode('53300', 'too many clients') }],
])('the database is away, and will be back, where %s', (_, error) => {
  expect(toProblem(error)).toMatchObject({ code: 'unavailable' });
});

it.each([
  ['a constraint', withCode('23505', 'duplicate key value')],
  ['a statement that is wrong', withCode('42601', 'syntax error')],
  ['a fault of our own', new TypeError('cannot read properties of undefined')],
])('%s is no such thing', (_, error) => {
  expect(toProblem(error)).toBe(error);
  expect(toProblem(error)).not.toBeInstanceOf(Problem);
});
