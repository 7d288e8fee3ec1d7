import { expect, test } from 'vitest';
import { loginDigest, newChallenge, sameDigest } from './digest.ts';

const challenge = '0123456789abcdef';
const users = {
  app: 'innovaphone-users',
  domain: 'example.com',
  sip: 'administrator',
  guid: '0123456789abcdef0123456789abcdef',
  dn: 'Administrator User',
  info: {
    appobj: 'users',
    apps: [{ name: 'users' }, { name: 'profile' }],
    appurl: 'https://1.2.3.4/example.com/usersapp/innovaphone-users',
    unlicensed: true,
  },
};

test.each([
  [{ app: 'pbxadminapi' }, 'a205299ed2ef2786c311e0be1b14db343f2cadd906a6ae7b564eee34bda5e9a1'],
  [
    { app: 'pbxadminapi', info: {} },
    '57b23fe824b9222a7ac879597cb509bcdc865a1bfeb057d9d12118cef0c3ba34',
  ],
  [
    { app: 'pbxadminapi', info: { cn: 'Test User' } },
    '96db3c3f657230c2b68194becc6d2a77f05de9f79f01fc81e9ca0fb196b10d9d',
  ],
  [users, 'ef1b811ffaa8f9255c39c653d8fb26b4687b2d8c4d9ac91b4821bff6bae3ff44'],
])('the SDK vector of %o', (fields, digest) => {
  expect(loginDigest(fields, challenge, 'pwd')).toBe(digest);
});

const rico = { domain: 'fritz.box', sip: 'rico', guid: 'f48b06484a8a61015853009033400109' };

test.each([
  {
    challenge: '16d7dbbcccb63612',
    app: 'searchapi',
    domain: 'fritz.box',
    sip: 'go-search',
    guid: '3954ae7854c96301c9dd009033400109',
    dn: 'go-search',
    info: '{"appobj":"go-search","appdn":"go-search","appurl":"http://192.168.178.29:5000/fritz.box/go/instance/searchapi","pbx":"pbx-main","cn":"go-search","unlicensed":true,"apps":[]}',
    digest: '130f168773ff760701b74e629eca2544c6e62d5354e92e6f821001a982eb8951',
  },
  {
    challenge: 'aeaaebe781e80289',
    app: 'admin',
    domain: 'fritz.box',
    sip: 'go',
    guid: '8e7ca6fabbc5630170e9009033400109',
    dn: 'go',
    info: '{"appobj":"go","appdn":"go","appurl":"http://192.168.178.29:5000/fritz.box/go/instance/admin","pbx":"pbx-main","cn":"go","unlicensed":true,"apps":[]}',
    digest: '8f802873dcdee7cef6144017a6112289298ad69e77474a4c37cfdb68a83640c0',
  },
  {
    ...rico,
    challenge: '277f41a7a5b7b452',
    app: 'admin',
    dn: 'Schulte, Rico',
    info: '{"appobj":"go","appdn":"go","appurl":"http://192.168.178.29:5000/fritz.box/go/instance/admin","pbx":"pbx-main","cn":"rico","unlicensed":true,"groups":[],"apps":[]}',
    digest: '965b4dd4d4f127c99df796b1ed137b40454801f94f50aaf93b2ce98034f10d9c',
  },
  {
    ...rico,
    challenge: '7c4fc2e477f69233',
    app: 'searchapi',
    dn: 'Schulte, Rico',
    info: '{"appobj":"go-search","appdn":"go-search","appurl":"http://192.168.178.29:5000/fritz.box/go/instance/searchapi","pbx":"pbx-main","cn":"rico","testmode":true,"groups":[],"apps":[]}',
    digest: '378b82aa7508eb53866e3f4de054cdc0f7b5229e9742593e9359db3845681eb6',
  },
])('the login captured from a real PBX with challenge $challenge', (captured) => {
  const fields = { ...captured, info: JSON.parse(captured.info) as unknown };
  expect(loginDigest(fields, captured.challenge, 'go')).toBe(captured.digest);
});

test('digests are compared whole and as they are', () => {
  const digest = loginDigest({ app: 'a' }, challenge, 'pwd');
  expect(sameDigest(digest, digest)).toBe(true);
  expect(sameDigest(digest, digest.toUpperCase())).toBe(false);
  expect(sameDigest(digest, digest.slice(1))).toBe(false);
  expect(sameDigest(digest, undefined)).toBe(false);
});

test('a challenge is 16 characters of lower-case hex, new every time', () => {
  expect(newChallenge()).toMatch(/^[0-9a-f]{16}$/);
  expect(newChallenge()).not.toBe(newChallenge());
});
