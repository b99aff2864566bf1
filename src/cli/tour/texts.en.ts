import type { Texts } from './words.js';

export const english: Texts = {
  asTold: 'as told',
  notAsTold: 'NOT as told',
  score: (right, steps) => `Tour: ${right} of ${steps} steps went as told`,
  stopped: (step, title, why) => `the tour stopped at step ${step}, "${title}": ${why}`,
  noCast:
    'The directory of this hub has no school, OT unit and Nav office that the story could be played with: a school and an OT unit of one county authority, and a Nav office that serves the same municipality. Load one: stafett directory load FILE',
  opening: ({ school, ot, nav, county }, url) => [
    'Ronja is seventeen, and invented. She leaves upper-secondary school in the middle of the year, and three systems have to know what to do. They talk to Stafett at',
    url,
    '',
    `The school: ${school}`,
    `OT, the county’s follow-up service: ${ot}`,
    `Nav: ${nav}`,
    `The auditor looks on from: ${county}`,
  ],
  hints: {
    open: 'Open:',
    docs: 'every call, with its fields and answers',
    problems: 'every error, and what to do about it',
    try: 'Try, in another terminal:',
    agencies: 'who takes part',
    navInbox: 'what lies open in the inbox of Nav (the referral of Jonas)',
    discrepancies: 'what the nightly run has found',
    log: 'what the log tells of records that were handed out',
    again: 'the tour again, in Norwegian',
  },
  steps: {
    asked: {
      title: 'The school asks first what would happen',
      means:
        'Nothing is stored. Stafett tells who would get the message, which kinds of information would travel, and the paragraphs that allow it. School and OT belong to the same county authority, and the law lets the school tell: asking Ronja for consent here would mislead her.',
    },
    interrupted: {
      title: 'The school tells that Ronja has left',
      means:
        'The answer came after the message was safe on disk: from now on it survives a crash of everything. The school named no recipient; where Ronja lives decides.',
    },
    otPulls: {
      title: 'OT waits at its inbox, and gets the message',
      means:
        'The call waits until something comes, so OT knows within a moment. The event carries its grounds in law. That OT has read it was written into the log in the same transaction.',
    },
    otAcknowledges: {
      title: 'OT acknowledges',
      means: 'OT has the message and keeps it. Until then it counted as not yet arrived.',
    },
    schoolSees: {
      title: 'The school sees that it has arrived',
      means: 'No phone call, no guessing: the state is "acknowledged".',
    },
    referredWithoutYes: {
      title: 'OT refers Ronja to Nav, but has no consent from her',
      means:
        'Stafett takes the record in, and then looks at where it is to go: Nav is someone else, and a referral to Nav needs Ronja’s consent to lift confidentiality.',
    },
    refusalNotice: {
      title: 'The referral is refused, and OT is told why',
      means:
        '"consent-missing": nothing went to Nav, and the content is erased already. The notice comes to OT’s own inbox, as everything else does.',
    },
    consent: {
      title: 'Ronja says yes, and OT registers it',
      means:
        'A consent says which information, from whom, to whom, for what, and until when. It covers nothing else.',
    },
    referred: {
      title: 'OT refers her again',
      means:
        'A new event with a new id. Had OT sent the old one again, it would have got the old receipt again: nothing is ever done twice.',
    },
    navPulls: {
      title: 'Nav’s system waits at its inbox, and gets the referral',
      means:
        'Only what Ronja has said yes to. "withheld" names the kinds of information that stay behind, filled in or not.',
    },
    navAcknowledges: {
      title: 'Nav acknowledges',
      means: 'The referral has arrived. OT can see it.',
    },
    navAnswers: {
      title: 'Nav answers: taken',
      means:
        'An answer names the record that it answers, and only someone who has received that one can answer it.',
    },
    otReadsAnswer: {
      title: 'OT reads the answer',
      means: 'Who the contact is and when they first meet: nobody has to call around.',
    },
    withdrawn: {
      title: 'Ronja takes her consent back',
      means: 'One call. From this answer on, nobody gets anything that relied on it.',
    },
    notGivenAgain: {
      title: 'Nav asks once more for what it got before',
      means:
        'The inbox can be read again from any earlier place, but the referral is no longer handed out. (What Nav has copied already, Nav must see to itself.)',
    },
    referredAfterNo: {
      title: 'OT tries to refer her once more',
      means: 'Taken in, and looked at as before.',
    },
    stopped: {
      title: 'The second referral is stopped',
      means: 'The consent is asked for when a record is to be passed on, and again each time it is read.',
    },
    trail: {
      title: 'The auditor asks for everything about Ronja',
      means:
        'Each step stands there: who sent, who was refused, who read. The search is an entry too from now on, with its reason: who looks is seen.',
    },
    otherReferred: {
      title: 'Another youth, Jonas, has said yes and is referred',
      means: 'His consent was registered just now, in the same way.',
    },
    leftLying: {
      title: 'Nav’s system fetches the referral of Jonas, and then nobody does anything',
      means: 'It is read but not acknowledged. This is how a youth is dropped between two agencies.',
    },
    nightly: {
      title: 'The nightly run, as it would be in three weeks',
      means:
        'Every night Stafett compares what should have happened with what did. The agencies have agreed on five working days to acknowledge.',
    },
    discrepancy: {
      title: 'Jonas is found',
      means:
        'The referral that nobody answered stands on the county’s list, with whose turn it is and the day by which it should have happened, until someone says what came of it.',
    },
  },
};
