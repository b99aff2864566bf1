import { defaults, OptionError, readOptions } from '../../bench/options.js';

const read = (...argv: string[]) => readOptions(argv, ['floor', 'pull']);

describe('the options of npm run bench', () => {
  it('measures everything unless told otherwise', () => {
    expect(read()).toEqual({ ...defaults, only: undefined, json: false, help: false, profile: undefined });
  });

  it('reads each option', () => {
    const argv =
      '--only pull,floor --json --seconds 0.5 --rounds 2 --records 5000 --entries 20000 --profile cpu'.split(
        ' ',
      );
    expect(read(...argv)).toEqual({
      only: ['pull', 'floor'],
      json: true,
      help: false,
      seconds: 0.5,
      rounds: 2,
      records: 5000,
      entries: 20_000,
      profile: 'cpu',
    });
  });

  it.each([
    [['--only', 'pul'], '"pul" is no figure. Figures: floor, pull.'],
    [['--seconds', '0'], '--seconds must be from 0.1 to 60.'],
    [['--seconds', ''], '--seconds must be from 0.1 to 60.'],
    [['--rounds', '2.5'], '--rounds must be a whole number.'],
    [['--records', 'many'], '--records must be from 1000 to 100000000.'],
    [['--fast'], "Unknown option '--fast'. See --help."],
  ])('says in one line what is wrong with %j', (argv, message) => {
    expect(() => read(...argv)).toThrow(new OptionError(message));
  });
});
