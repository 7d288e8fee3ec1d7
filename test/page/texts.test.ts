// Both languages say the same things, and what the server says in English exists in German.
import { expect, test } from 'vitest';
import { de } from '../../edge/page/texts/de.ts';
import { en } from '../../edge/page/texts/en.ts';
import { inLanguage } from '../../edge/page/texts/server-sentences.ts';
import { checkSettings } from '../../shared/settings/schema.ts';

function paths(value: object, at = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' ? paths(inner, `${at}${key}.`) : [`${at}${key}`],
  );
}

test('no word is missing in either language, and none is empty', () => {
  expect(paths(de)).toEqual(paths(en));
  for (const texts of [en, de]) expect(JSON.stringify(texts)).not.toContain('""');
});

/** Settings that the form can send, each wrong in another way. */
const WRONG: object[] = [
  {},
  { masterPbx: '', clientIdSyncToPbx: 'x', tenantSyncToPbx: 'x', notificationUrl: 'x' },
  { masterPbx: 'pbx.example.com', clientIdSyncToTeams: 'x', tenantSyncToTeams: 'x' },
  { masterPbx: 'x'.repeat(300), notificationUrl: 'http://edge.example.net/subscriptions' },
  { notificationUrl: 'https://edge.example.net/' },
  { notificationUrl: 'https://a@edge.example.net/subscriptions' },
  { notificationUrl: 'https://edge.example.net/subscriptions?x' },
  { source: 'poll', pollSeconds: 1, matching: [] },
  { source: 'poll', pollSeconds: 400, matching: ['email', 'email'] },
  { source: 'poll', pollSeconds: 2.5 },
  { source: 'subscribe', cloud: 'usgov' },
  { teamsPlans: ['TEAMS1'] },
  { teamsPlans: Array.from({ length: 101 }, () => '57ff2da0-773e-42df-b2af-ffb7a2317929') },
  { pbxContact: 'tel' },
  { pbxContact: `tel:${'x'.repeat(200)}` },
  { certificateSyncToTeams: { certificate: '', privateKey: '' } },
  { certificateSyncToTeams: { certificate: 'x', privateKey: 'y'.repeat(20_000) } },
  { clientSecretSyncToTeams: 'x'.repeat(2000) },
];

test.each(WRONG.map((settings) => [settings]))('%j is refused in German too', (settings) => {
  const result = checkSettings(settings);
  const messages = result.ok ? [] : result.errors.map(({ message }) => message);
  expect(messages).not.toEqual([]);
  expect(messages.filter((message) => inLanguage('de', message).lang !== 'de')).toEqual([]);
});

test.each([
  'This connector is being deleted: try again in a minute.',
  'A connector has 50 tokens at most: revoke one first.',
  'Only the operator may do this, not a token of one connector.',
  'This sign-in is for another connector.',
  'The pair by hand names a user whom the PBX does not have.',
  'The user of the PBX whom the pair by hand names belongs to somebody else.',
])('a refusal is said in German too: %s', (sentence) => {
  expect(inLanguage('de', sentence).lang).toBe('de');
});

test.each([
  [
    en,
    'Something went wrong in the connector. Try again; if it stays so, look into the log of the edge under 0b8e-1.',
    'look into the log of the edge.',
  ],
  [
    de,
    'Im Connector ist etwas schiefgegangen. Noch einmal versuchen; bleibt es so, im Protokoll des Edge unter 0b8e-1 nachsehen.',
    'im Protokoll des Edge nachsehen.',
  ],
])(
  'a fault in the connector is told with its place in the log, where that is known',
  (texts, known, unknown) => {
    expect(texts.problems.internal('0b8e-1')).toBe(known);
    expect(texts.problems.internal('')).toContain(unknown);
  },
);

test('a sentence without a translation stays what it is, and is marked', () => {
  expect(inLanguage('de', 'Something new.')).toEqual({ text: 'Something new.', lang: 'en' });
  expect(inLanguage('en', 'Must be a URL.')).toEqual({ text: 'Must be a URL.', lang: 'en' });
});
