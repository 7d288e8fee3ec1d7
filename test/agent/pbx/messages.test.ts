import { describe, expect, test } from 'vitest';
import {
  errorOf,
  presenceItems,
  presenceNotes,
  readMessage,
  replicateStart,
  setPresence,
  subscribePresence,
  userRow,
} from '../../../agent/pbx/messages.ts';
import { userOfRow } from '../../../agent/pbx/user-row.ts';

describe('reading', () => {
  test.each(['', 'null', '[]', '{}', '{"mt":7}', 'ping'])('%s is no message', (text) => {
    expect(readMessage(text)).toBeUndefined();
  });

  test('an src that is no text counts as missing', () => {
    expect(readMessage('{"mt":"X","src":7}')).toEqual({ mt: 'X', api: undefined, src: undefined });
  });

  test.each([
    [{}, undefined],
    [{ error: 0 }, undefined],
    [{ error: 0, errorText: 'fine' }, undefined],
    [{ error: 3 }, 'error 3'],
    [{ error: 3, errorText: 'No such user' }, 'No such user (error 3)'],
    [{ error: 'not found' }, 'error not found'],
    [{ error: true }, 'an error without a number'],
    [{ error: { toString: 0 } }, 'an error without a number'],
    [{ error: Object.create(null) }, 'an error without a number'],
    [{ error: [[{ toString: 0 }]], errorText: 'No' }, 'No'],
    [{ error: 3, errorText: { toString: 0 } }, 'error 3'],
  ])('the error of %j', (fields, error) => {
    expect(errorOf({ mt: 'XResult', ...fields })).toBe(error);
  });

  test('an error without an end is cut to size', () => {
    const [error, errorText] = ['x', 'y'].map((letter) => letter.repeat(9_999));
    expect(errorOf({ mt: 'XResult', error, errorText })).toMatch(/^y{256} \(error x{256}\)$/);
  });
});

describe('what is sent stays below 64 KiB', () => {
  const bytes = (message: object) => Buffer.byteLength(JSON.stringify(message));
  const worst = '\u0001';
  const guid = 'x'.repeat(64);

  test('with the longest note that is kept, and a longer one is not', () => {
    const notes = (length: number) =>
      presenceNotes({
        mt: 'PresenceUpdate',
        presence: [{ contact: 'tel:', note: worst.repeat(length) }],
      });
    const note = notes(8_192).get('tel:') ?? '';
    expect(note).toHaveLength(8_192);
    expect(notes(8_193).size).toBe(0);
    const write = { guid, contact: 'c'.repeat(128), activity: 'a'.repeat(64), note };
    expect(bytes(setPresence(write, 'set-999999'))).toBeLessThan(65_536);
  });

  test('with the longest name', () => {
    const { h323 } = userOfRow(userRow.parse({ guid, h323: worst.repeat(9_999) }), undefined);
    expect(bytes(subscribePresence(h323, guid))).toBeLessThan(65_536);
  });
});

describe('presence items', () => {
  const items = (presence: unknown) => presenceItems({ mt: 'PresenceUpdate', presence });

  test('keep the order of the PBX and leave the note on site', () => {
    expect(
      items([
        { contact: 'phone:', status: 'open', activity: 'on-the-phone' },
        { contact: 'tel:', status: 'open', activity: 'away', note: 'till 5' },
        { contact: 'im:', status: 'open' },
      ]),
    ).toEqual([
      { contact: 'phone:', status: 'open', activity: 'on-the-phone' },
      { contact: 'tel:', status: 'open', activity: 'away' },
      { contact: 'im:', status: 'open', activity: '' },
    ]);
  });

  test.each([undefined, null, 'x', {}])('are none in %j', (presence) => {
    expect(items(presence)).toEqual([]);
  });

  test('leave out what is no item (the schema of the SDK has texts there)', () => {
    expect(items(['tel:', { contact: 'tel:' }])).toEqual([{ contact: 'tel:', activity: '' }]);
  });
});

describe('a user row', () => {
  const user = (row: object, domain?: string) =>
    userOfRow(userRow.parse({ guid: 'g', ...row }), domain);

  test('may have nothing but a guid', () => {
    expect(user({})).toEqual({ guid: 'g', cn: '', h323: '', emails: [] });
  });

  test('has the address of the system where h323-email says so', () => {
    const row = { h323: 'alice', 'h323-email': true, emails: [{ email: 'a.adams@example.com' }] };
    expect(user(row, 'example.com').emails).toEqual(['alice@example.com', 'a.adams@example.com']);
    expect(user(row).emails).toEqual(['a.adams@example.com']);
    expect(user({ h323: 'alice' }, 'example.com').emails).toEqual([]);
  });

  test('that is out of shape loses the column, not the user', () => {
    expect(user({ h323: 7, emails: 'x', 'h323-email': 'yes', cn: 'Alice' })).toEqual({
      ...{ guid: 'g', cn: 'Alice', h323: '', emails: [] },
    });
  });

  test('never gets longer than a tunnel frame takes', () => {
    const { cn, emails } = user({
      cn: 'x'.repeat(5_000),
      emails: Array.from({ length: 100 }, (_, i) => ({ email: `${i}@example.com` })),
    });
    expect(cn).toHaveLength(1024);
    expect(emails).toHaveLength(64);
  });
});

test('replication never asks for passwords, and for two types of users only', () => {
  const request = replicateStart('users');
  expect(Object.keys(request['columns'] as object)).not.toContain('pwd');
  expect(request['pseudo']).toEqual(['', 'executive']);
});
