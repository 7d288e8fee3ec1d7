import { describe, expect, test } from 'vitest';
import {
  beginLogin,
  type LoginFields,
  loginDigest,
  nextLoginMove,
} from '../../../agent/pbx/handshake.ts';

const object = (app: string, domain = '', sip = '', guid = '', dn = ''): LoginFields => ({
  ...{ app, domain, sip, guid, dn },
});

describe('the login digest', () => {
  // The SDK's own examples (AppWebsocket, "AppLogin").
  test.each<[string, LoginFields, string]>([
    [
      'an object without info',
      object('pbxadminapi'),
      'a205299ed2ef2786c311e0be1b14db343f2cadd906a6ae7b564eee34bda5e9a1',
    ],
    [
      'an empty info counts',
      { ...object('pbxadminapi'), info: {} },
      '57b23fe824b9222a7ac879597cb509bcdc865a1bfeb057d9d12118cef0c3ba34',
    ],
    [
      'an info',
      { ...object('pbxadminapi'), info: { cn: 'Test User' } },
      '96db3c3f657230c2b68194becc6d2a77f05de9f79f01fc81e9ca0fb196b10d9d',
    ],
    [
      'a user with everything',
      {
        ...object(
          'innovaphone-users',
          'example.com',
          'administrator',
          '0123456789abcdef0123456789abcdef',
          'Administrator User',
        ),
        info: {
          appobj: 'users',
          apps: [{ name: 'users' }, { name: 'profile' }],
          appurl: 'https://1.2.3.4/example.com/usersapp/innovaphone-users',
          unlicensed: true,
        },
      },
      'ef1b811ffaa8f9255c39c653d8fb26b4687b2d8c4d9ac91b4821bff6bae3ff44',
    ],
  ])('of the SDK: %s', (_, login, digest) => {
    expect(loginDigest(login, '0123456789abcdef', 'pwd')).toBe(digest);
  });

  // Logins of a real PBX, captured by go-myapps (innotools_test.go).
  const url = 'http://192.168.178.29:5000/fritz.box/go/instance';
  const about = (name: string, app: string, more: object) => ({
    ...{ appobj: name, appdn: name, appurl: `${url}/${app}`, pbx: 'pbx-main' },
    ...more,
  });
  const rico = ['f48b06484a8a61015853009033400109', 'Schulte, Rico'] as const;
  test.each<[string, string, LoginFields, string]>([
    [
      'object go-search',
      '16d7dbbcccb63612',
      {
        ...object(
          'searchapi',
          'fritz.box',
          'go-search',
          '3954ae7854c96301c9dd009033400109',
          'go-search',
        ),
        info: about('go-search', 'searchapi', { cn: 'go-search', unlicensed: true, apps: [] }),
      },
      '130f168773ff760701b74e629eca2544c6e62d5354e92e6f821001a982eb8951',
    ],
    [
      'object go',
      'aeaaebe781e80289',
      {
        ...object('admin', 'fritz.box', 'go', '8e7ca6fabbc5630170e9009033400109', 'go'),
        info: about('go', 'admin', { cn: 'go', unlicensed: true, apps: [] }),
      },
      '8f802873dcdee7cef6144017a6112289298ad69e77474a4c37cfdb68a83640c0',
    ],
    [
      'user through the client',
      '277f41a7a5b7b452',
      {
        ...object('admin', 'fritz.box', 'rico', ...rico),
        info: about('go', 'admin', { cn: 'rico', unlicensed: true, groups: [], apps: [] }),
      },
      '965b4dd4d4f127c99df796b1ed137b40454801f94f50aaf93b2ce98034f10d9c',
    ],
    [
      'user in test mode',
      '7c4fc2e477f69233',
      {
        ...object('searchapi', 'fritz.box', 'rico', ...rico),
        info: about('go-search', 'searchapi', { cn: 'rico', testmode: true, groups: [], apps: [] }),
      },
      '378b82aa7508eb53866e3f4de054cdc0f7b5229e9742593e9359db3845681eb6',
    ],
  ])('of a real PBX: %s', (_, challenge, login, digest) => {
    expect(loginDigest(login, challenge, 'go')).toBe(digest);
  });
});

describe('the login', () => {
  const credentials = { app: 'pbxadminapi', password: 'pwd' };

  test('asks for a challenge first', () => {
    expect(beginLogin().message).toEqual({ mt: 'AppChallenge' });
  });

  test('answers the challenge with the digest and never with the password', () => {
    const challenge = { mt: 'AppChallengeResult', challenge: '0123456789abcdef' };
    const move = nextLoginMove('challenged', challenge, credentials);
    expect(move).toMatchObject({
      kind: 'send',
      step: 'answered',
      message: {
        mt: 'AppLogin',
        app: 'pbxadminapi',
        digest: 'a205299ed2ef2786c311e0be1b14db343f2cadd906a6ae7b564eee34bda5e9a1',
      },
    });
    expect(JSON.stringify(move)).not.toContain('pwd');
  });

  test.each<[string, object, object]>([
    ['ok', { ok: true }, { kind: 'done' }],
    ['no ok at all', {}, { kind: 'refused', detail: 'no reason given' }],
    [
      'ok false',
      { ok: false, error: 1, errorText: 'Login failed' },
      { kind: 'refused', detail: 'Login failed (error 1)' },
    ],
    ['an error without text', { error: 7 }, { kind: 'refused', detail: 'error 7' }],
  ])('a result with %s', (_, fields, move) => {
    expect(nextLoginMove('answered', { mt: 'AppLoginResult', ...fields }, credentials)).toEqual(
      move,
    );
  });

  test.each([
    ['challenged', 'AppChallengeResult'],
    ['answered', 'AppLoginResult'],
  ] as const)('%s, an error that is no text refuses it', (step, mt) => {
    const message = { mt, error: { toString: 0 } };
    expect(nextLoginMove(step, message, credentials)).toEqual({
      kind: 'refused',
      detail: 'an error without a number',
    });
  });

  test.each(['PbxInfo', 'KeepAlive', 'Error', 'AppLoginResult'])(
    'ignores %s while it waits for a challenge',
    (mt) => {
      expect(nextLoginMove('challenged', { mt }, credentials)).toEqual({ kind: 'ignore' });
    },
  );
});
