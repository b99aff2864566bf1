import type { Texts } from './words.js';

export const english: Texts = {
  asTold: 'as told',
  notAsTold: 'NOT as told',
  score: (right, steps) => `Tour: ${right} of ${steps} steps went as told`,
  opening: ({ school, ot, nav, county }, url) => [
    `Ronja, seventeen (and invented), leaves upper-secondary school in the middle of the year. Three systems talk to the hub at ${url}:`,
    `  ${school} (the school)`,
    `  ${ot} (OT, the county’s follow-up service)`,
    `  ${nav} (Nav)`,
    `and an auditor of ${county} looks on.`,
  ],
  next: (url, county) => [
    'What to open and try next:',
    `  ${url}/docs                the API, to be browsed`,
    `  ${url}/problems            every error, and what to do about it`,
    '  npm run -s stafett -- agencies     who takes part',
    `  npm run -s stafett -- reconcile deliveries --agency ${county}`,
    '  README.md                          your first hour, with curl',
  ],
  steps: {
    interrupted: {
      title: 'The school tells that a pupil has left',
      means:
        'The 202 came after the commit: from now on the record survives a crash of everything. The school named no recipient; the youth’s municipality decides.',
    },
    otPulls: {
      title: 'OT pulls what is addressed to it',
      means:
        'The OT unit of the municipality has it, on the ground that stands in the event. School and OT are the same controller here, and the law lets the school tell: no consent is asked for, because asking would mislead.',
    },
    otAcknowledges: {
      title: 'OT acknowledges',
      means: 'The school sees in its outbox that the message has arrived. It cannot fall between two chairs.',
    },
    referredWithoutYes: {
      title: 'OT refers Ronja to Nav, without having asked her',
      means:
        'The hub takes the record in, and the gate looks at it afterwards: Nav is another controller, and a referral needs her release from confidentiality.',
    },
    refusalNotice: {
      title: 'The gate refuses, and OT is told',
      means:
        'consent-missing: nothing went to Nav, and the hub has erased the body already. The notice comes through OT’s own inbox.',
    },
    consent: {
      title: 'Ronja says yes, and OT registers it',
      means:
        'What she agreed to: which information, from whom, to whom, for what, until when. It can be taken back with one call.',
    },
    referred: {
      title: 'OT refers her again',
      means:
        'A new event with a new id. The same id with the same content would have given the first receipt again.',
    },
    navPulls: {
      title: 'Nav’s system waits at its inbox and gets the referral',
      means:
        'Read, opened and written into the log in one transaction. "withheld" says what this route does not carry.',
    },
    navAcknowledges: {
      title: 'Nav acknowledges',
      means: 'From now on it is Nav’s to act. OT sees the state "acknowledged".',
    },
    navAnswers: {
      title: 'Nav answers: taken',
      means: 'An answer names the record that it answers, which Nav must have received.',
    },
    otReadsAnswer: {
      title: 'OT reads the answer',
      means: 'Who the contact person is and when the first meeting takes place: nobody has to call around.',
    },
    withdrawn: {
      title: 'Ronja takes her consent back',
      means: 'Once this is answered, no later read by any recipient gives out what relied on it.',
    },
    stopped: {
      title: 'A second referral is stopped',
      means: 'The gate asks for the release when a transfer is made and again when it is read.',
    },
    trail: {
      title: 'The auditor asks for the trail of this youth',
      means: 'Every step stands there, and so does this search with its reason: who looks is looked at.',
    },
    forgotten: {
      title: 'Another youth is referred with a yes, and Nav does nothing',
      means: 'The transfer lies in Nav’s inbox. Nobody pulls it.',
    },
    nightly: {
      title: 'The nightly run, as it would be in two weeks',
      means: 'It compares what should have happened with what did. The agreement says five working days.',
    },
    discrepancy: {
      title: 'It has found the referral that nobody answered',
      means:
        'With an owner and a day by which it should have happened, on the county’s list until someone says what came of it.',
    },
  },
};
