import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../agent/config.ts';

const FULL = `
edge = "https://edge.example.net/example.com/microsoft365"
state_dir = "/var/lib/presence-agent"
health = "127.0.0.1:9470"

[[pbx]]
name = "pbx"
url = "wss://192.0.2.10/PBX0/APPS/websocket"
app = "microsoft365"
password_file = "/etc/presence-agent/pbx.password"
ca_file = "/etc/presence-agent/pbx-ca.pem"

[listen]
address = "0.0.0.0:9471"
`;

const problems = (toml: string) => {
  const parsed = parseConfig(toml);
  return parsed.ok ? [] : parsed.problems;
};
const pbx = (lines: string) =>
  `[[pbx]]\nname = "pbx"\nurl = "wss://192.0.2.10/x"\napp = "m"\npassword = "p"\n${lines}`;

describe('the configuration', () => {
  test('takes every key of the contract', () => {
    const parsed = parseConfig(FULL);
    expect(parsed).toMatchObject({
      ok: true,
      config: {
        edge: { connector: 'example.com/microsoft365' },
        state_dir: '/var/lib/presence-agent',
        health: { host: '127.0.0.1', port: 9470 },
        pbx: [{ name: 'pbx', app: 'microsoft365', insecure_tls: false }],
        listen: { address: { host: '0.0.0.0', port: 9471 } },
      },
    });
  });

  test('a PBX without url dials the agent, where there is a [listen] section', () => {
    const parsed = parseConfig(
      '[listen]\naddress = "[::]:9471"\n[[pbx]]\nname = "pbx"\napp = "m"\npassword = "p"',
    );
    expect(parsed).toMatchObject({
      ok: true,
      config: {
        pbx: [{ name: 'pbx', app: 'm' }],
        listen: { address: { host: '::', port: 9471 } },
      },
    });
  });

  test('may be empty, as it is before the enrolment', () => {
    expect(parseConfig('')).toMatchObject({ ok: true, config: { pbx: [] } });
  });

  test('is frozen', () => {
    const parsed = parseConfig(FULL);
    expect(parsed.ok && Object.isFrozen(parsed.config.pbx[0])).toBe(true);
  });

  test.each([
    ['stat_dir = "/x"', ['"stat_dir" is not a setting; did you mean "state_dir"?']],
    ['stateDir = "/x"', ['"stateDir" is not a setting; did you mean "state_dir"?']],
    [
      'colour = "red"',
      [
        '"colour" is not a setting; the keys here are edge, state_dir, health, edge_ca_file, log, log_file, pbx, listen.',
      ],
    ],
    [
      pbx('passwordfile = "x"'),
      ['"passwordfile" of [[pbx]] number 1 is not a setting; did you mean "password_file"?'],
    ],
    [
      pbx('insecure_tls = "yes"'),
      ['"insecure_tls" of [[pbx]] number 1 must be true or false, without quotation marks.'],
    ],
    [
      pbx('password_file = "x"'),
      ['"password" of [[pbx]] number 1 and "password_file" are both set: keep one of them.'],
    ],
    [`${pbx('')}${pbx('')}`, ['"name" of [[pbx]] number 2 "pbx" is there twice.']],
    ['[pbx]\nname = "x"', ['"pbx" is written [[pbx]], with two brackets, once for each PBX.']],
    ['listen = "0.0.0.0:1"', ['"listen" is a section of its own: [listen].']],
    [
      '[listen]',
      ['"address" of [listen] is missing; it is an address and port, e.g. "0.0.0.0:9471".'],
    ],
    [
      '[listen]\naddress = "a:1"\ntlscert = "x"',
      ['"tlscert" of [listen] is not a setting; did you mean "tls_cert"?'],
    ],
    [
      '[listen]\naddress = "9471"',
      [
        '"address" of [listen] must be an address of this machine with a port, e.g. "0.0.0.0:9471".',
      ],
    ],
    [
      '[listen]\naddress = "a:1"\ntls_cert = "x"',
      [
        '"tls_cert" of [listen] and "tls_key" belong together: set both, or none for ws:// without encryption.',
      ],
    ],
    [
      '[[pbx]]\nname = "pbx"\napp = "m"',
      [
        '"url" of [[pbx]] number 1 is missing; it is the address of the PBX. (Where the PBX is to dial the agent, add a [listen] section instead).',
      ],
    ],
    [
      '[listen]\naddress = "[::]:9471"\n[[pbx]]\nname = "pbx"\napp = "m"\nca_file = "x"',
      [
        '"ca_file" of [[pbx]] number 1 is of use only together with "url": without it the PBX dials the agent.',
      ],
    ],
    ['health = 9470', ['"health" must be a text: an address and port, e.g. "127.0.0.1:9470".']],
  ])('%s', (toml, sentences) => {
    expect(problems(toml)).toEqual(sentences);
  });

  test.each([
    ['edge = "http://edge.example.net/example.com/m"', '"edge" must begin with https://'],
    ['health = "0.0.0.0:9470"', '"health" must be an address of this machine itself'],
    ['health = "localhost"', '"health" must be an address of this machine itself'],
    ['[[pbx]]\nname = "pbx.example.com"', 'it contains no dot'],
    [pbx('').replace('wss:', 'https:'), '"url" of [[pbx]] number 1 must begin with wss://'],
    ['edge = ', 'Line 1, column 8'],
  ])('%s is refused with a sentence', (toml, part) => {
    expect(problems(toml).join('\n')).toContain(part);
  });

  test('names every fault at once', () => {
    const found = problems('state_dir = 7\nedge = "x"\n[[pbx]]\nname = "a"\nurl = "y"\n');
    expect(found.map((sentence) => /^"(\w+)"/.exec(sentence)?.[1])).toEqual(
      expect.arrayContaining(['state_dir', 'edge', 'url', 'app']),
    );
  });
});
