import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CLOSE, isFinal } from '../../shared/protocol/close-codes.ts';
import * as down from '../../shared/protocol/down.ts';
import { MAX_FRAME_LENGTH, PART_SIZE, parseFrame, parts } from '../../shared/protocol/frame.ts';
import * as up from '../../shared/protocol/up.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol/version.ts';
import recorded from './frames-v1.json' with { type: 'json' };

const upFrame = up.upFrame();
const downFrame = down.downFrame();

/** The schemas of the version that is spoken, by their hash. Old lines stay. */
const PINNED: Record<number, string> = {
  1: '153d104d9f042dd7',
};

test('the schemas are those of the protocol version', () => {
  const json = JSON.stringify([z.toJSONSchema(upFrame), z.toJSONSchema(downFrame)]);
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 16);
  const sentence =
    `The frames have changed. Raise PROTOCOL_VERSION in shared/protocol/version.ts and pin ${hash} ` +
    'for the new version here – unless agents of the old version understand the new frames as they ' +
    'are and ours theirs: then pin the new hash for this version.';
  expect(hash, sentence).toBe(PINNED[PROTOCOL_VERSION]);
});

const types = (schema: typeof upFrame | typeof downFrame): string[] =>
  schema.options.map((option) => option.shape.t.value);

test('a frame of each type is on record', () => {
  expect(new Set(recorded.up.map(({ t }) => t))).toEqual(new Set(types(upFrame)));
  expect(new Set(recorded.down.map(({ t }) => t))).toEqual(new Set(types(downFrame)));
});

describe('frames recorded from version 1 still parse', () => {
  test.each(recorded.up.map((frame) => [frame.t, frame] as const))('up: %s', (_, frame) => {
    expect(parseFrame(upFrame, JSON.stringify(frame))).toEqual({ ok: true, frame });
  });
  test.each(recorded.down.map((frame) => [frame.t, frame] as const))('down: %s', (_, frame) => {
    expect(parseFrame(downFrame, JSON.stringify(frame))).toEqual({ ok: true, frame });
  });
});

describe('a frame comes through as it was made', () => {
  const guid = 'c9ebcc59c9ebcc59c9ebcc59c9ebcc59';
  const user = { guid, cn: 'Zoë', h323: 'zoe', emails: ['zoe@example.com'] };
  const fault = { code: 'tls', detail: 'self-signed certificate' };
  test.each<[up.UpFrame]>([
    [up.helloFrame({ agent: { version: '1', platform: 'deno', startedAt: 1.5 }, pbxs: ['pbx'] })],
    [up.pbxStateFrame({ pbx: 'pbx', state: { state: 'down', fault } })],
    [up.usersFrame({ pbx: 'pbx', list: 2, last: false, users: [user] })],
    [up.userFrame({ pbx: 'pbx', user })],
    [up.userGoneFrame({ pbx: 'pbx', guid })],
    [
      up.presencesFrame({
        pbx: 'pbx',
        presences: [{ guid, items: [{ contact: 'tel:', activity: 'dnd' }], afterGap: true }],
      }),
    ],
    [up.wroteFrame({ guid, write: 5, fault })],
    [up.unseenFrame({ pbx: 'pbx', guids: [guid], noCalls: [guid] })],
    [up.unlicensedFrame({ pbx: 'pbx', guids: [guid], fault })],
  ])('up: $t', (frame) => {
    expect(frame.v).toBe(PROTOCOL_VERSION);
    expect(parseFrame(upFrame, JSON.stringify(frame))).toEqual({ ok: true, frame });
  });

  test.each<[down.DownFrame]>([
    [down.welcomeFrame({ agentId: 'a', epoch: 1, role: 'leading' })],
    [down.roleFrame({ epoch: 2, role: 'standby' })],
    [down.watchFrame({ epoch: 1, list: 1, last: true, guids: [guid] })],
    [down.watchFrame({ epoch: 1, list: 1, last: true, guids: [guid], licence: 'App(x)' })],
    [down.watchMoreFrame({ epoch: 1, guids: [guid] })],
    [down.unwatchFrame({ epoch: 1, guids: [guid] })],
    [down.setFrame({ epoch: 1, guid, write: 5, contact: 'tel:', activity: '' })],
  ])('down: $t', (frame) => {
    expect(frame.v).toBe(PROTOCOL_VERSION);
    expect(parseFrame(downFrame, JSON.stringify(frame))).toEqual({ ok: true, frame });
  });

  test('keys of a newer agent are dropped, not refused', () => {
    const frame = up.userGoneFrame({ pbx: 'pbx', guid });
    expect(parseFrame(upFrame, JSON.stringify({ ...frame, mood: 'sunny' }))).toEqual({
      ok: true,
      frame,
    });
  });
});

describe('text that is no frame comes back as a value', () => {
  test.each([
    ['{', { kind: 'not-json' }],
    ['', { kind: 'not-json' }],
    ['ping', { kind: 'not-json' }],
    ['null', { kind: 'unsupported-version', version: undefined }],
    ['5', { kind: 'unsupported-version', version: undefined }],
    ['[]', { kind: 'unsupported-version', version: undefined }],
    ['{"t":"hello"}', { kind: 'unsupported-version', version: undefined }],
    ['{"v":2,"t":"hello"}', { kind: 'unsupported-version', version: 2 }],
    ['{"v":"1","t":"hello"}', { kind: 'unsupported-version', version: '1' }],
    ['{"v":1,"t":"shell"}', { kind: 'invalid', detail: expect.stringContaining('t: ') }],
    [
      '{"v":1,"t":"user-gone","pbx":"pbx","guid":""}',
      { kind: 'invalid', detail: expect.stringContaining('guid: ') },
    ],
    [`"${'x'.repeat(MAX_FRAME_LENGTH)}"`, { kind: 'too-long' }],
  ])('%.60s', (text, error) => {
    expect(parseFrame(upFrame, text)).toEqual({ ok: false, error });
  });

  test('a frame of the other direction is none', () => {
    for (const frame of recorded.down) {
      expect(parseFrame(upFrame, JSON.stringify(frame))).toMatchObject({ ok: false });
    }
    for (const frame of recorded.up) {
      expect(parseFrame(downFrame, JSON.stringify(frame))).toMatchObject({ ok: false });
    }
  });
});

describe('a list goes in parts', () => {
  test.each([
    [0, [0]],
    [1, [1]],
    [PART_SIZE, [PART_SIZE]],
    [PART_SIZE + 1, [PART_SIZE, 1]],
    [3 * PART_SIZE, [PART_SIZE, PART_SIZE, PART_SIZE]],
  ])('of %i: %j', (length, sizes) => {
    const list = Array.from({ length }, (_, n) => n);
    expect(parts(list).map((part) => part.length)).toEqual(sizes);
    expect(parts(list).flat()).toEqual(list);
  });

  test('whose frame is far below the limit, with users as long as they get', () => {
    const users = Array.from({ length: PART_SIZE }, (_, n) => ({
      guid: String(n).padStart(32, '0'),
      cn: 'x'.repeat(128),
      h323: 'x'.repeat(128),
      emails: Array.from({ length: 8 }, () => `${'x'.repeat(64)}@${'x'.repeat(128)}`),
    }));
    const frame = up.usersFrame({ pbx: 'pbx', list: 1, last: true, users });
    expect(JSON.stringify(frame).length).toBeLessThan(MAX_FRAME_LENGTH / 2);
  });

  test('and those who may not be seen fit into one frame, all of them', () => {
    const guids = Array.from({ length: 20_000 }, (_, n) => String(n).padStart(32, '0'));
    const text = JSON.stringify(up.unseenFrame({ pbx: 'pbx', guids }));
    expect(parseFrame(upFrame, text)).toMatchObject({ ok: true });
  });
});

describe('why a tunnel was closed', () => {
  test.each([
    ['replaced', true],
    ['revoked', true],
    ['connectorDeleted', true],
    ['unsupportedVersion', false],
    ['badFrame', false],
    ['silent', false],
  ] as const)('%s is final: %s', (name, final) => {
    expect(isFinal(CLOSE[name])).toBe(final);
  });

  test('codes are the application’s own, and each is another', () => {
    const codes = Object.values(CLOSE);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) {
      expect(code).toBeGreaterThanOrEqual(4000);
      expect(code).toBeLessThan(5000);
    }
  });
});
