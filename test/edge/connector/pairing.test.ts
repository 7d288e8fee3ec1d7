import { describe, expect, test } from 'vitest';
import {
  type Match,
  type MatchingRules,
  matchAll,
  type PbxPerson,
  type TeamsPerson,
} from '../../../edge/connector/pairing.ts';
import { pbxGuid, teamsUserId } from '../../../shared/ids.ts';

const teams = (name: string, more: Partial<TeamsPerson> = {}): TeamsPerson => ({
  id: teamsUserId(`id-${name}`),
  displayName: name,
  userPrincipalName: `${name}@example.com`,
  mail: null,
  licensed: true,
  ...more,
});
const pbx = (name: string, more: Partial<PbxPerson> = {}): PbxPerson => ({
  guid: pbxGuid(`guid-${name}`),
  cn: `cn ${name}`,
  h323: `sip-${name}`,
  emails: [],
  ...more,
});
const ALL = ['override', 'email', 'displayName', 'sip'] as const;

/** Everybody's match by their name, in short: `guid-x by email`, `ambiguous by email: …`, or why not. */
function matched(
  people: TeamsPerson[],
  others: PbxPerson[],
  rules: Partial<MatchingRules> = {},
): Record<string, string> {
  const matches = matchAll(people, others, { steps: ALL, overrides: [], ...rules });
  return Object.fromEntries(people.map(({ id }) => [id.slice(3), inShort(matches.get(id))]));
}

function inShort(match: Match | undefined): string {
  switch (match?.state) {
    case 'paired':
      return `${match.guid} by ${match.matchedBy}`;
    case 'unlicensed':
      return `unlicensed ${match.guid}`;
    case 'ambiguous':
      return `ambiguous by ${match.step}: ${match.candidates.join(', ')}`;
    default:
      return match ? match.reason : 'nothing at all';
  }
}

describe('one to one', () => {
  test.each<[string, TeamsPerson, PbxPerson, string]>([
    ['by principal name', teams('ann'), pbx('a', { emails: ['ann@example.com'] }), 'email'],
    [
      'by mail',
      teams('ann', { mail: 'a.nn@example.com' }),
      pbx('a', { emails: ['other@example.com', 'a.nn@example.com'] }),
      'email',
    ],
    ['whatever the case', teams('ann'), pbx('a', { emails: ['ANN@Example.COM'] }), 'email'],
    ['by display name', teams('Ann Bee'), pbx('a', { cn: 'ann bee' }), 'displayName'],
    ['with blanks around', teams(' Ann '), pbx('a', { cn: 'Ann' }), 'displayName'],
    [
      'composed and decomposed umlauts',
      teams('J\u00fcrgen'),
      pbx('a', { cn: 'Ju\u0308rgen' }),
      'displayName',
    ],
    ['full-width letters', teams('\uff21nn'), pbx('a', { cn: 'Ann' }), 'displayName'],
    ['by the SIP name', teams('ann'), pbx('a', { h323: 'Ann' }), 'sip'],
  ])('%s', (_, person, other, step) => {
    expect(Object.values(matched([person], [other]))).toEqual([`guid-a by ${step}`]);
  });

  test.each<[string, TeamsPerson, PbxPerson]>([
    ['nothing in common', teams('ann'), pbx('b')],
    [
      'empty names are no names',
      teams('', { userPrincipalName: '' }),
      pbx('b', { cn: '', h323: '' }),
    ],
    ['a step that is not asked for', teams('ann'), pbx('a', { h323: 'ann' })],
  ])('%s: nobody fits', (_, person, other) => {
    const steps = ['override', 'email', 'displayName'] as const;
    expect(Object.values(matched([person], [other], { steps }))).toEqual(['nobody-fits']);
  });

  test('the order of the steps is the admin’s', () => {
    const person = teams('ann');
    const others = [pbx('mail', { emails: ['ann@example.com'] }), pbx('name', { cn: 'ann' })];
    expect(matched([person], others)).toEqual({ ann: 'guid-mail by email' });
    expect(matched([person], others, { steps: ['displayName', 'email'] })).toEqual({
      ann: 'guid-name by displayName',
    });
  });

  test('who was taken in one step is no candidate in the next', () => {
    const people = [teams('ann'), teams('bob', { displayName: 'Desk' })];
    const others = [pbx('a', { emails: ['ann@example.com'], cn: 'Desk' })];
    expect(matched(people, others)).toEqual({ ann: 'guid-a by email', bob: 'nobody-fits' });
  });
});

describe('ambiguous', () => {
  test('two on the PBX for one in Teams: listed, and not tried in the next step', () => {
    const others = [
      pbx('a', { emails: ['ann@example.com'] }),
      pbx('b', { emails: ['ann@example.com'] }),
      pbx('c', { cn: 'ann' }),
    ];
    expect(matched([teams('ann')], others)).toEqual({
      ann: 'ambiguous by email: cn a (sip-a), cn b (sip-b)',
    });
  });

  test('two in Teams for one on the PBX: both', () => {
    const people = [
      teams('ann', { mail: 'desk@example.com' }),
      teams('bob', { mail: 'desk@example.com' }),
    ];
    expect(matched(people, [pbx('a', { emails: ['desk@example.com'] })])).toEqual({
      ann: 'ambiguous by email: ann@example.com, bob@example.com',
      bob: 'ambiguous by email: ann@example.com, bob@example.com',
    });
  });

  test('whom two claim in one step nobody gets in a later one', () => {
    const people = [
      teams('ann', { mail: 'desk@example.com' }),
      teams('bob', { mail: 'desk@example.com' }),
      teams('cid', { displayName: 'Desk' }),
    ];
    const others = [pbx('a', { emails: ['desk@example.com'], cn: 'Desk' })];
    expect(matched(people, others)['cid']).toBe(
      'ambiguous by displayName: ann@example.com, bob@example.com, cid@example.com',
    );
  });

  test('an override settles it', () => {
    const people = [
      teams('ann', { mail: 'desk@example.com' }),
      teams('bob', { mail: 'desk@example.com' }),
    ];
    const others = [pbx('a', { emails: ['desk@example.com'] })];
    const overrides = [{ teams: 'bob@example.com', pbx: 'sip-a' }];
    expect(matched(people, others, { overrides })).toEqual({
      ann: 'nobody-fits',
      bob: 'guid-a by override',
    });
  });

  test('20,000 who share one name take no time, and no room', () => {
    const people = Array.from({ length: 20_000 }, (_, n) =>
      teams(`${n}`, { displayName: 'Room', mail: `${n}@example.org` }),
    );
    const began = performance.now();
    const matches = matchAll(people, [pbx('a', { cn: 'Room' })], { steps: ALL, overrides: [] });
    expect(performance.now() - began).toBeLessThan(2_000);
    const [first] = matches.values();
    expect(first?.state === 'ambiguous' && first.candidates.length).toBe(10);
  });
});

describe('overrides', () => {
  const person = teams('ann');
  const others = [pbx('a', { emails: ['ann@example.com'] }), pbx('b')];
  test.each([
    ['by object id and guid', 'id-ann', 'guid-b', 'guid-b by override'],
    ['by principal name and SIP name', 'ANN@example.com', 'SIP-B', 'guid-b by override'],
    ['to nobody: no step guesses instead', 'id-ann', 'gone', 'override-points-nowhere'],
    ['of somebody else', 'id-bob', 'guid-b', 'guid-a by email'],
  ])('%s', (_, from, to, result) => {
    const overrides = [{ teams: from, pbx: to }];
    expect(matched([person], others, { overrides })).toEqual({ ann: result });
  });

  test('two to the same user', () => {
    const overrides = [
      { teams: 'id-ann', pbx: 'guid-b' },
      { teams: 'id-bob', pbx: 'guid-b' },
    ];
    expect(matched([person, teams('bob')], others, { overrides })).toEqual({
      ann: 'ambiguous by override: ann@example.com, bob@example.com',
      bob: 'ambiguous by override: ann@example.com, bob@example.com',
    });
  });
});

describe('without a licence', () => {
  test('matched last, and only shown', () => {
    const people = [teams('ann', { licensed: false }), teams('bob', { displayName: 'Desk' })];
    const others = [pbx('a', { emails: ['ann@example.com'], cn: 'Desk' })];
    expect(matched(people, others)).toEqual({ ann: 'nobody-fits', bob: 'guid-a by displayName' });
    expect(matched(people.slice(0, 1), others)).toEqual({ ann: 'unlicensed guid-a' });
  });

  test('an override to somebody who is taken says so', () => {
    const people = [teams('ann', { licensed: false }), teams('bob')];
    const others = [pbx('a', { emails: ['bob@example.com'] })];
    const overrides = [{ teams: 'id-ann', pbx: 'guid-a' }];
    expect(matched(people, others, { overrides })).toEqual({
      ann: 'taken',
      bob: 'guid-a by email',
    });
  });
});
