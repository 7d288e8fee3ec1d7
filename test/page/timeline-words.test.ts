// An entry of the timeline in words, in both languages; and what nobody has thought of.
import { describe, expect, test } from 'vitest';
import type { TimelineEntry } from '../../edge/connector/rpc.ts';
import { de } from '../../edge/page/texts/de.ts';
import { en } from '../../edge/page/texts/en.ts';
import { entryWords, RULE_OF } from '../../edge/page/users/timeline-words.ts';

const entry = (more: Partial<TimelineEntry>): TimelineEntry => ({
  at: '2026-01-01T00:00:00.000Z',
  from: 'pbx',
  saw: 'tel:dnd',
  decided: 'write',
  reason: 'pbx-chose',
  ms: 0,
  ...more,
});

describe.each([
  ['en', en],
  ['de', de],
] as const)('in %s', (_language, texts) => {
  test.each(Object.entries(RULE_OF))(
    'the reason %s is a sentence, and has a rule',
    (reason, rule) => {
      const words = entryWords(texts, entry({ reason }));
      expect(words.why).toMatch(/^\p{Lu}.* .*\.$/u);
      expect(words.rule).toBe(rule);
      expect(rule).toMatch(/^R\d+$/);
    },
  );
});

test.each<[string, Partial<TimelineEntry>, Partial<ReturnType<typeof entryWords>>]>([
  [
    'a choice on the PBX',
    {
      saw: 'tel:dnd im:available',
      wrote: 'Teams: set-preferred DoNotDisturb/DoNotDisturb',
      took: { teams: 84 },
    },
    {
      from: 'PBX',
      saw: 'Do not disturb, Available at im:',
      wrote: ['To Teams: Do not disturb'],
      took: ['in Teams after 84 ms'],
    },
  ],
  [
    'a choice in Teams, not answered by the PBX yet',
    { from: 'teams', saw: 'Busy/InAMeeting', reason: 'teams-chose', wrote: 'PBX: meeting' },
    { saw: 'In a meeting', wrote: ['To the PBX: In a meeting'], took: ['no answer yet'] },
  ],
  [
    'both sides at once',
    {
      wrote: 'PBX: available, Teams: set-session, Teams: clear-preferred',
      took: { pbx: 12, teams: 1_250 },
    },
    {
      wrote: [
        'To the PBX: Available',
        'To Teams: in a call',
        'To Teams: state taken off, Teams shows its own',
      ],
      took: ['on the PBX after 12 ms', 'in Teams after 1.3 s'],
    },
  ],
  [
    'nothing to write',
    { decided: 'nothing to write', reason: 'equal' },
    { wrote: ['Nothing had to be written.'], took: [] },
  ],
  [
    'a refusal of Microsoft',
    {
      from: 'teams',
      saw: 'set-preferred was refused',
      decided: 'try again',
      reason: 'not-sent',
      wrote: 'graph-forbidden',
    },
    { saw: 'refused', wrote: ['graph-forbidden', 'It is tried again.'], took: [] },
  ],
  [
    'a refusal of the PBX',
    { saw: 'pbx-refused', reason: 'pbx-refused', decided: 'nothing to write' },
    { saw: 'refused (pbx-refused)' },
  ],
  ['no state at all', { saw: '' }, { saw: 'no state' }],
  ['a hint of Microsoft', { from: 'teams', saw: 'teams-changed' }, { saw: 'something changed' }],
  ['other rules', { from: 'settings', saw: 'rules-changed' }, { from: 'Rules' }],
  [
    'what is not known here',
    { from: 'moon', saw: 'tel:constructor __proto__', reason: 'toString', wrote: 'Fax: x' },
    { from: 'moon', saw: 'tel:constructor, __proto__', why: 'toString', wrote: ['Fax: x'] },
  ],
])('%s', (_name, more, words) => {
  expect(entryWords(en, entry(more))).toMatchObject(words);
});
