import { describe, expect, test } from 'vitest';
import { type AwaitedPbx, nextAdmissionMove } from '../../../agent/pbx/admission.ts';
import { loginDigest } from '../../../agent/pbx/handshake.ts';

const CHALLENGE = '0123456789abcdef';
const pbx = (name: string, app = 'microsoft365', password = 'secret'): AwaitedPbx => ({
  name,
  credentials: { app, password },
});
const OBJECT = {
  app: 'microsoft365',
  domain: 'example.com',
  sip: 'microsoft365',
  guid: '3954ae7854c96301c9dd009033400109',
  dn: 'Microsoft 365',
};
const info = (more: object = {}) => ({ appobj: 'microsoft365', pbx: 'pbx', ...more });

interface Login {
  fields?: object;
  info?: object;
  password?: string;
  challenge?: string;
  more?: object;
}

/** A login as a PBX sends it that knows the password. */
function login({ fields, password = 'secret', challenge = CHALLENGE, more, ...rest }: Login = {}) {
  const said = { ...OBJECT, ...fields, ...('info' in rest ? rest : { info: info() }) };
  const digest = loginDigest(said, challenge, password);
  return JSON.stringify({ mt: 'AppLogin', ...said, digest, ...more });
}
const move = (text: string, awaited = [pbx('pbx')], challenge: string | undefined = CHALLENGE) =>
  nextAdmissionMove(challenge, text, awaited, () => 'fresh');
const outcome = (...args: Parameters<typeof move>) => {
  const moved = move(...args);
  if (moved.kind === 'admitted') return `admitted ${moved.pbx.name}`;
  return moved.kind === 'refused'
    ? `refused ${moved.refused.why}, meant ${moved.pbx?.name}`
    : moved.kind;
};

describe('a PBX that dials us', () => {
  test('gets a challenge, and a new one each time it asks', () => {
    expect(move('{"mt":"AppChallenge"}', [], undefined)).toEqual({
      kind: 'challenge',
      challenge: 'fresh',
      message: { mt: 'AppChallengeResult', challenge: 'fresh' },
    });
  });

  test('is let in when it knows the password', () => {
    expect(move(login())).toMatchObject({
      kind: 'admitted',
      message: { mt: 'AppLoginResult', app: 'microsoft365', domain: 'example.com', ok: true },
    });
  });

  // A real PBX's login, captured by go-myapps (innotools_test.go).
  test('is let in with the login of a real PBX', () => {
    const text =
      '{"mt":"AppLogin","app":"searchapi","domain":"fritz.box","sip":"go-search","guid":"3954ae7854c96301c9dd009033400109","dn":"go-search","digest":"130f168773ff760701b74e629eca2544c6e62d5354e92e6f821001a982eb8951","info":{"appobj":"go-search","appdn":"go-search","appurl":"http://192.168.178.29:5000/fritz.box/go/instance/searchapi","pbx":"pbx-main","cn":"go-search","unlicensed":true,"apps":[]}}';
    const awaited = [pbx('pbx-main', 'go-search', 'go')];
    expect(outcome(text, awaited, '16d7dbbcccb63612')).toBe('admitted pbx-main');
  });

  test.each([
    ['before a challenge', login(), undefined, 'no-challenge'],
    [
      'with the answer to another challenge',
      login({ challenge: 'x' }),
      CHALLENGE,
      'wrong-password',
    ],
    ['with a wrong password', login({ password: 'Secret' }), CHALLENGE, 'wrong-password'],
    [
      'without a digest',
      JSON.stringify({ mt: 'AppLogin', ...OBJECT }),
      CHALLENGE,
      'wrong-password',
    ],
    [
      'with the digest in capitals',
      login().replace(/[0-9a-f]{64}/, (d) => d.toUpperCase()),
      CHALLENGE,
      'wrong-password',
    ],
    [
      'with another domain than it signed',
      login({ more: { domain: 'evil' } }),
      CHALLENGE,
      'wrong-password',
    ],
    ['with an info that is a text', login({ more: { info: 'x' } }), CHALLENGE, 'wrong-password'],
  ])('is refused %s', (_, text, challenge, why) => {
    const moved = nextAdmissionMove(challenge, text, [pbx('pbx')], () => '');
    expect(moved).toMatchObject({ kind: 'refused', refused: { why } });
  });

  test('is refused with an info that is nested deeper than it can be written anew', () => {
    const deep = '['.repeat(5_000) + ']'.repeat(5_000);
    const text = `{"mt":"AppLogin","digest":"x","info":{"a":${deep}}}`;
    expect(outcome(text)).toBe('refused not-taken, meant undefined');
    const apps = JSON.parse('['.repeat(9) + ']'.repeat(9));
    expect(outcome(login({ info: info({ apps }) }))).toBe('admitted pbx');
  });

  test('learns nothing from a refusal', () => {
    const texts = [login({ password: 'x' }), login({ info: info({ pbx: 'other' }) })].map(
      (text) => {
        const moved = move(text);
        return moved.kind === 'refused' && JSON.stringify(moved.message);
      },
    );
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).not.toMatch(/other|secret/);
  });

  test.each([
    'nonsense',
    '[]',
    '{"mt":"AppLogin","api":"PbxApi"}',
    '{"mt":"PbxInfo"}',
    '{"mt":"KeepAlive"}',
  ])('is not heeded when it says %s before the login', (text) =>
    expect(move(text)).toEqual({ kind: 'ignore' }),
  );
});

describe('the info counts in the digest', () => {
  test('in the order of its keys as received', () => {
    const reversed = { pbx: 'pbx', cn: 'Zoë <&>', appobj: 'microsoft365', apps: [] };
    expect(outcome(login({ info: reversed }))).toBe('admitted pbx');
    const text = login({ info: reversed });
    const swapped = text.replace('"pbx":"pbx",', '').replace('"apps":[]', '"apps":[],"pbx":"pbx"');
    expect(swapped).not.toBe(text);
    expect(outcome(swapped)).toContain('wrong-password');
  });

  test('also where parsing it would move a key or spell a number anew', () => {
    const infoText = '{"pbx":"pbx","2":1.0,"appobj":"microsoft365","1":"\\u00fc"}';
    const parts = Object.values(OBJECT).join(':');
    const { createHash } = process.getBuiltinModule('node:crypto');
    const digest = createHash('sha256')
      .update(`${parts}:${infoText}:${CHALLENGE}:secret`)
      .digest('hex');
    const text = `{"mt":"AppLogin",${JSON.stringify(OBJECT).slice(1, -1)},"info":${infoText},"digest":"${digest}"}`;
    expect(outcome(text)).toBe('admitted pbx');
  });

  test('also when it is empty, and not when it is absent', () => {
    expect(outcome(login({ info: {} }))).toBe('admitted pbx');
    expect(outcome(login({ info: {} }).replace(',"info":{}', ''))).toContain('wrong-password');
  });
});

describe('a user who may open the app', () => {
  const rico = { sip: 'rico', guid: 'f48b06484a8a61015853009033400109', dn: 'Schulte, Rico' };

  test('is no PBX, although the PBX signed his login', () => {
    const text = login({ fields: rico, more: { pbxObj: 'microsoft365' } });
    expect(outcome(text)).toBe('refused user-login, meant undefined');
  });

  test('is none either when he leaves out what tells him apart and is not signed', () => {
    expect(outcome(login({ fields: rico }))).toContain('user-login');
    expect(outcome(login({ fields: rico, info: {} }))).toContain('user-login');
  });

  test('our own login, sent back to us, opens nothing', () => {
    const ours = { app: 'microsoft365', domain: '', sip: '', guid: '', dn: '' };
    const digest = loginDigest(ours, CHALLENGE, 'secret');
    expect(outcome(JSON.stringify({ mt: 'AppLogin', ...ours, digest }))).toContain('refused');
  });
});

describe('which PBX it is', () => {
  const two = [pbx('pbx'), pbx('branch')];

  test.each([
    ['by its name', two, { pbx: 'branch' }, 'admitted branch'],
    ['by its name, whatever the case', two, { pbx: 'Branch' }, 'admitted branch'],
    ['a name nobody awaits', two, { pbx: 'other' }, 'refused unknown-pbx, meant undefined'],
    ['no name, and only one it can be', [pbx('pbx')], { pbx: undefined }, 'admitted pbx'],
    [
      'no name, and the password tells',
      [pbx('pbx'), pbx('b', 'microsoft365', 'x')],
      { pbx: undefined },
      'admitted pbx',
    ],
    ['no name, and two it can be', two, { pbx: undefined }, 'refused unknown-pbx, meant undefined'],
    [
      'the name of one, the password of another',
      [pbx('pbx', 'microsoft365', 'x'), pbx('b')],
      {},
      'refused unknown-pbx, meant undefined',
    ],
    ['another App object', [pbx('pbx', 'other')], {}, 'refused wrong-app, meant pbx'],
  ])('%s', (_, awaited, more, wanted) => {
    expect(outcome(login({ info: info(more) }), awaited)).toBe(wanted);
  });

  test('the App object may be known by its Name or by the end of its URL', () => {
    const text = login({ fields: { app: 'presence' } });
    expect(outcome(text, [pbx('pbx', 'presence')])).toBe('admitted pbx');
    expect(outcome(text, [pbx('pbx', 'Microsoft365')])).toBe('admitted pbx');
  });

  test('a wrong password is told of the one that was meant', () => {
    expect(outcome(login({ password: 'x', info: info({ pbx: 'branch' }) }), two)).toBe(
      'refused wrong-password, meant branch',
    );
  });
});
