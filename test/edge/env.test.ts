import { describe, expect, it } from 'vitest';
import { parseEnv } from '../../edge/env.ts';

const KEY = btoa('k'.repeat(32));
const complete = { ADMIN_TOKEN: 'operator', SETTINGS_KEY: KEY };

const sentences = (raw: Record<string, unknown>) => {
  const result = parseEnv(raw);
  return result.ok ? [] : result.faults.map(({ sentence }) => sentence);
};

describe('the environment', () => {
  it('needs two values', () => {
    expect(sentences(complete)).toEqual([]);
    expect(sentences({})).toEqual([
      'ADMIN_TOKEN is missing: it must be a long random text: with it the operator signs in.',
      'SETTINGS_KEY is missing: it must be 32 random bytes in base64 (openssl rand -base64 32).',
    ]);
  });

  const faults: [string, Record<string, unknown>, string][] = [
    ['an empty token', { ADMIN_TOKEN: '' }, 'ADMIN_TOKEN is missing'],
    ['a key that is too short', { SETTINGS_KEY: btoa('short') }, 'SETTINGS_KEY must be 32'],
    ['a key that is not base64', { SETTINGS_KEY: '!'.repeat(44) }, 'SETTINGS_KEY must be 32'],
    ['a bad previous key', { SETTINGS_KEY_PREVIOUS: 'x' }, 'SETTINGS_KEY_PREVIOUS must be 32'],
    ['Access without its audience', { ACCESS_TEAM_DOMAIN: 'a.example' }, 'ACCESS_AUD is missing'],
    ['Access without its team', { ACCESS_AUD: 'abc' }, 'ACCESS_TEAM_DOMAIN is missing'],
    [
      'a jurisdiction that is none',
      { JURISDICTION: 'EU' },
      'JURISDICTION must be eu, us or fedramp',
    ],
    [
      'frame ancestors that inject',
      { FRAME_ANCESTORS: "'self'; script-src *" },
      'FRAME_ANCESTORS must',
    ],
    ['everybody as frame ancestor', { FRAME_ANCESTORS: '*' }, 'FRAME_ANCESTORS must be a list'],
    [
      'plain http to elsewhere',
      { GRAPH_ORIGIN: 'http://graph.example' },
      'GRAPH_ORIGIN must be an',
    ],
    ['an origin with a path', { LOGIN_ORIGIN: 'https://a.example/x' }, 'LOGIN_ORIGIN must be an'],
    [
      'an origin with a password',
      { LOGIN_ORIGIN: 'https://a:b@a.example' },
      'LOGIN_ORIGIN must be',
    ],
    ['an origin that is none', { LOGIN_ORIGIN: 'here' }, 'LOGIN_ORIGIN must be an origin'],
    ['a value that is no text', { JURISDICTION: {} }, 'JURISDICTION must be'],
  ];
  it.each(faults)('refuses %s', (_, raw, sentence) => {
    const [only, ...more] = sentences({ ...complete, ...raw });
    expect(only).toContain(sentence);
    expect(more).toEqual([]);
  });

  it('never repeats a value', () => {
    const secret = 'a-secret-in-the-wrong-place';
    for (const name of ['SETTINGS_KEY', 'GRAPH_ORIGIN', 'JURISDICTION', 'FRAME_ANCESTORS']) {
      expect(sentences({ ...complete, [name]: `${secret} ;` }).join()).not.toContain(secret);
    }
  });

  it('reads what is optional', () => {
    const result = parseEnv({
      ...complete,
      SETTINGS_KEY_PREVIOUS: ` ${KEY} `,
      ACCESS_TEAM_DOMAIN: 'team.cloudflareaccess.com',
      ACCESS_AUD: 'abc',
      JURISDICTION: 'eu',
      FRAME_ANCESTORS: "'self' https://pbx.example.com https://*.example.org:8443",
      GRAPH_ORIGIN: 'http://127.0.0.1:9000/',
      LOGIN_ORIGIN: 'https://login.example',
      SELF_HOSTED: '1',
      LATEST_TIME: '1795655301949',
      CONNECTOR: {},
    });
    expect(result.ok && result.env).toMatchObject({
      adminToken: 'operator',
      settingsKeyPrevious: new TextEncoder().encode('k'.repeat(32)),
      access: { issuer: 'https://team.cloudflareaccess.com', audience: 'abc' },
      jurisdiction: 'eu',
      frameAncestors: ["'self'", 'https://pbx.example.com', 'https://*.example.org:8443'],
      graphOrigin: 'http://127.0.0.1:9000',
      loginOrigin: 'https://login.example',
      selfHosted: true,
      latestTime: 1_795_655_301_949,
    });
  });

  it('takes an empty value for one that is not set', () => {
    expect(sentences({ ...complete, JURISDICTION: '', GRAPH_ORIGIN: '  ' })).toEqual([]);
  });
});
