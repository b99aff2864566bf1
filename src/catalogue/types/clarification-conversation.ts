import { schoolYearOf, type Day as CalendarDay } from '../../common/days.js';
import { type CodeOf } from '../code-list.js';
import { conclusions, conversationKinds, participants } from '../codes/follow-up.js';
import { Code, Codes, Day, Flag, FreeText, OrgNumberField, Part } from '../fields.js';
import { answer, between, noticeToOt, release, walled } from '../grounds.js';
import type { RecordType } from '../record-type.js';
import { holds, unless, within } from '../rules.js';
import { EXAMPLE_ORG, exampleYouth, recentDay } from '../synthetic.js';
import { Youth } from '../youth.js';

/** What a conversation before leaving came to. No minutes, and no names of other services that took part. */
export class ClarificationConversation {
  @Part(() => Youth)
  youth: Youth;

  @OrgNumberField({ category: 'education' })
  school: string;

  @Code(conversationKinds, { category: 'follow-up' })
  conversation: CodeOf<typeof conversationKinds>;

  @Day({ category: 'follow-up' })
  heldOn: CalendarDay;

  @Codes(participants, { category: 'follow-up' })
  participants: CodeOf<typeof participants>[];

  @Code(conclusions, { category: 'follow-up' })
  conclusion: CodeOf<typeof conclusions>;

  @FreeText({ category: 'own-words', optional: true })
  youthWants?: string;

  @Flag({ category: 'follow-up' })
  youthConfirmed: boolean;
}

const categories = ['identity', 'education', 'follow-up', 'own-words'] as const;

export const clarificationConversation: RecordType = {
  key: 'clarification-conversation',
  version: 1,
  about: 'youth',
  data: ClarificationConversation,
  essential: new Set(['identity', 'follow-up']),
  routes: [
    ...noticeToOt({ from: 'school', addressed: 'by-residence', categories, connection: [] }),
    walled(
      { from: ['school'], to: ['nav'], addressed: 'by-name' },
      answer(between('school', 'nav'), release, categories),
    ),
  ],
  retentionDays: 30,
  example: (today) => ({
    youth: exampleYouth(today),
    school: EXAMPLE_ORG,
    conversation: 'clarification',
    heldOn: recentDay(today, 1),
    participants: ['youth', 'school', 'ot'],
    conclusion: 'combination',
    youthConfirmed: true,
  }),
  rules: (data, { today }) => [
    ...unless(within(data.heldOn, schoolYearOf(today).first, today), 'heldOn', 'range'),
    // Without the youth there was a meeting about the youth, not a conversation with one.
    ...unless(holds(data.participants, 'youth'), 'participants', 'required'),
  ],
};
