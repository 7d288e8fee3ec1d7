// An entry of the timeline as an admin reads it: codes of the server become sentences. Pure. What is not
// known here – a newer server, or whatever a phone has sent – is shown as it came.
import type { Reason } from '../../../shared/presence/events.ts';
import type { TimelineEntry } from '../../connector/rpc.ts';
import type { Texts } from '../texts/en.ts';

/** Rules of docs/presence-rules.md that a reason stands for. */
export const RULE_OF: Readonly<Record<Reason, string>> = {
  equal: 'R1',
  'teams-more-closed': 'R21',
  'pbx-more-closed': 'R21',
  'nothing-chosen': 'R21',
  same: 'R1',
  'older-than-known': 'R10',
  'teams-told-late': 'R35',
  'read-too-early': 'R9',
  'asking-what-is-true': 'R10',
  'own-echo': 'R7',
  'own-echo-but-different': 'R8',
  'own-session': 'R15',
  'teams-chose': 'R4',
  'teams-call-began': 'R17',
  'teams-call-ended': 'R17',
  'teams-no-information': 'R11',
  'teams-took-back': 'R11',
  'teams-without-ours': 'R13',
  'teams-not-known-yet': 'R21',
  'pbx-chose': 'R4',
  'pbx-call-began': 'R15',
  'pbx-call-ended': 'R15',
  'pbx-not-known-yet': 'R21',
  'pbx-took-it': 'R25',
  'pbx-refused': 'R33',
  'missing-after-gap': 'R23',
  'both-changed-teams-more-closed': 'R22',
  'answer-nobody-waits-for': 'R25',
  sent: 'R25',
  'not-sent': 'R26',
};

export interface EntryWords {
  from: string;
  saw: string;
  why: string;
  /** `undefined`: a reason that is not known here. */
  rule: string | undefined;
  wrote: string[];
  took: string[];
}

export function entryWords(texts: Texts, entry: TimelineEntry): EntryWords {
  const words = texts.timeline;
  return {
    from: isKeyOf(words.from, entry.from) ? words.from[entry.from] : entry.from,
    saw: sawWords(texts, entry),
    why: reasonWords(texts, entry.reason),
    rule: isKeyOf(RULE_OF, entry.reason) ? RULE_OF[entry.reason] : undefined,
    wrote: wroteWords(texts, entry),
    took: tookWords(texts, entry),
  };
}

export const reasonWords = ({ timeline }: Texts, reason: string): string =>
  isKeyOf(timeline.reasons, reason) ? timeline.reasons[reason] : reason;

function sawWords(texts: Texts, { from, saw, reason }: TimelineEntry): string {
  const words = texts.timeline.saw;
  if (saw === 'teams-changed') return words.changed;
  if (saw === 'rules-changed') return words.rules;
  if (reason === 'pbx-refused') return `${words.refusedByPbx} (${saw})`;
  if (reason === 'not-sent') return words.refusedByTeams;
  if (from === 'teams') return pairWord(texts, saw);
  if (saw === '') return words.nothing;
  return saw
    .split(' ')
    .map((item) => itemWord(texts, item))
    .join(', ');
}

/** `Busy/InACall` */
function pairWord(texts: Texts, pair: string): string {
  const [availability = '', activity = ''] = pair.split('/');
  return presenceWord(texts, activity || availability) ?? pair;
}

/** `tel:dnd`: the user's own state, `im:available`: another one. */
function itemWord(texts: Texts, item: string): string {
  const [, contact = '', activity = ''] = /^([a-z][a-z0-9+.-]*:)(.*)$/i.exec(item) ?? [];
  const word = presenceWord(texts, activity);
  if (word === undefined) return item;
  return contact === 'tel:' ? word : `${word} ${texts.timeline.saw.at(contact)}`;
}

function wroteWords(texts: Texts, { wrote, decided }: TimelineEntry): string[] {
  const words = texts.timeline.wrote;
  // Then it says how Microsoft refused.
  if (decided === 'try again') return [...(wrote === undefined ? [] : [wrote]), words.again];
  if (wrote === undefined) return [words.nothing];
  return wrote.split(', ').map((one) => {
    const [, toPbx] = /^PBX: (.*)$/.exec(one) ?? [];
    if (toPbx !== undefined) return words.pbx(presenceWord(texts, toPbx) ?? toPbx);
    const [, kind, pair = ''] = /^Teams: (\S+) ?(.*)$/.exec(one) ?? [];
    switch (kind) {
      case 'set-session':
        return words.call;
      case 'clear-session':
        return words.callEnd;
      case 'set-preferred':
        return words.chosen(pairWord(texts, pair));
      case 'clear-preferred':
        return words.chosenEnd;
      default:
        return one;
    }
  });
}

function tookWords({ timeline: words }: Texts, { wrote, decided, took }: TimelineEntry): string[] {
  if (wrote === undefined || decided === 'try again') return [];
  const spans = [
    ...(took?.pbx === undefined ? [] : [words.tookPbx(words.span(took.pbx))]),
    ...(took?.teams === undefined ? [] : [words.tookTeams(words.span(took.teams))]),
  ];
  return spans.length > 0 ? spans : [words.noAnswer];
}

/** `undefined`: no presence that we know. */
function presenceWord({ presence }: Texts, activity: string): string | undefined {
  const key = activity.toLowerCase();
  return Object.hasOwn(presence, key) ? presence[key] : undefined;
}

const isKeyOf = <T extends object>(of: T, key: string): key is string & keyof T =>
  Object.hasOwn(of, key);
