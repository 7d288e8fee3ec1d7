// The file for support leaves the house: whatever the configuration looks like, no password is in it.
import { expect, test } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';
import type { Known } from '../../../agent/doctor/check-settings.ts';
import { supportFile } from '../../../agent/doctor/support-file.ts';
import { temporaryFile } from '../temporary.ts';

const known = {
  config: undefined,
  targets: [],
  identity: undefined,
  edge: undefined,
  way: { proxyFor: () => '' },
} satisfies Known;

interface Report {
  readonly findings: { text: string; users?: number }[];
  readonly config: string[];
}

async function reportOf(
  toml: string | Uint8Array,
  { said = '', env = {} }: { said?: string; env?: Record<string, string> } = {},
): Promise<{ text: string; report: Report }> {
  const text = await supportFile(
    await temporaryFile('config.toml', toml),
    [{ id: 'x', about: 'settings', state: 'fault', text: said }],
    known,
    {
      ...{ clock: systemClock, env, proxyFor: () => '' },
      about: { version: '1.2.3', platform: 'test' },
    },
  );
  return { text, report: JSON.parse(text) };
}

const head = '[[pbx]]\nname = "main"\nurl = "wss://192.0.2.10/x"\n';

test.each<[string, string | Uint8Array]>([
  // What TOML understands.
  ['as it should be', `${head}password = "hunter2"\n`],
  ['a key in quotation marks', `${head}"password" = "hunter2"\n`],
  ['a key in single ones', `${head}'password' = 'hunter2'\n`],
  ['a key with an escape', `${head}"pass\\u0077ord" = "hunter2"\n`],
  ['no blanks', `${head}password="hunter2"\n`],
  ['commented out', `${head}# password = "hunter2"\npassword_file = "/x"\n`],
  ['a comment behind', `${head}app = "m" # password: hunter2\n`],
  ['a comment that does not say what it is', `${head}# it was hunter2 before\n`],
  ['several lines', `${head}password = """\nhunter2\n"""\n`],
  ['several lines, literal', `${head}password = '''\nurl = "hunter2"\n'''\n`],
  ['several lines that look like others', `${head}password = """\nurl = "hunter2"\n"""\n`],
  ['an inline table', 'pbx = [{ name = "a", password = "hunter2" }]\n'],
  ['an inline table of several lines', 'pbx = [\n  { name = "a",\n password = "hunter2" },\n]\n'],
  ['a dotted key', 'pbx.password = "hunter2"\n'],
  ['one bracket only', '[pbx]\npassword = "hunter2"\n'],
  ['a list', `${head}password = ["hunter2"]\n`],
  ['another section', '[pbxs.main]\npassword = "hunter2"\n'],
  ['a key that is none', `${head}passwort = "hunter2"\n`],
  ['a key that says nothing', `${head}key = "hunter2"\n`],
  ['in the URL', `${head}url2 = 1\n`.replace('wss://', 'wss://agent:hunter2@')],
  ['in the URL, with a slash', 'edge = "https://agent:a/hunter2@192.0.2.10/x"\n'],
  ['in an address with a slip', 'edge = "https:/agent:hunter2@192.0.2.10/x"\n'],
  ['taken in by a key above', `[[pbx]]\nname = """\npassword = ""\nhunter2"""\n`],
  ['taken in on its line', `pbx = [{ name = 'a", password = "hunter2' }]\n`],
  ['a mistake and a URL with a mark', 'edge = x\nurl = "wss://agent:hunter2#@192.0.2.10/x"\n'],
  ['in place of its file', `${head}password_file = "hunter2"\n`],
  ['a file with a mark', `\ufeff${head}password = "hunter2"\n`],
  ['lines of Windows', `${head}password = "hunter2"\n`.replaceAll('\n', '\r\n')],
  // What it does not.
  ['not ended', `${head}password = "hunter2\n`],
  ['not ended, on two lines', `${head}password = "abc\nurl = hunter2"\n`],
  ['no marks', `${head}password = hunter2\n`],
  ['no marks, commented out', `${head}#password = hunter2\nnonsense\n`],
  ['a mistake elsewhere', `edge = nonsense\n${head}'password'='hunter2'\n`],
  ['a mistake before several lines', `edge = \n${head}password = """\nurl = "hunter2"\n"""\n`],
  ['several lines without an end', `${head}password = """\nurl = "hunter2"\n`],
  ['a mistake and a text that ends twice', `x\n# """\npassword = """\nurl = "hunter2"\n"""\n`],
  ['a mistake and an inline table', 'edge =\npbx = [{ name = "a", password = "hunter2" }]\n'],
  ['a mistake and one line', 'edge = x\nname = "a", pwd = "hunter2"\n'],
  ['a mistake and a comment behind', 'edge = x\nname = "a" # hunter2\n'],
  ['a mistake and no key at all', 'edge = x\nhunter2\n'],
  ['a mistake and a value on the next line', 'edge = x\npassword =\n"hunter2"\n'],
  ['a mistake and a URL', 'edge = x\nurl = "wss://agent:hunter2@192.0.2.10/x"\n'],
  ['twice', `${head}password = "x"\npassword = "hunter2"\n`],
  ['UTF-16', Buffer.from(`\ufeff${head}password = "hunter2"\n`, 'utf16le')],
])('no password is in it: %s', async (_, toml) => {
  const { text } = await reportOf(toml);
  expect(text.replaceAll('\\u0000', '')).not.toContain('hunter2');
});

test('what helps is in it', async () => {
  const { report } = await reportOf(
    `# mine\nlog = "json"\n${head}app = "m"\ninsecure_tls = true\npassword = "hunter2"\ncolour = "red"\n[listen]\naddress = "127.0.0.1:9471"\n`,
  );
  expect(report.config.join('\n').trim()).toBe(
    'log = "json"\n\n[[pbx]]\nname = "main"\nurl = "wss://192.0.2.10/x"\napp = "m"\ninsecure_tls = true\npassword = "(removed)"\ncolour = "(removed)"\n\n[listen]\naddress = "127.0.0.1:9471"',
  );
});

test('of what is no TOML the lines keep their numbers', async () => {
  const { report } = await reportOf(
    `# mine\nedge = https://edge.example.net/a.b/c\n\n${head}password = "hunter2"\nca_file = "C:\\ca.pem" # x\n`,
  );
  expect(report.config).toEqual([
    '(removed)',
    'edge = https://edge.example.net/a.b/c',
    '',
    '[[pbx]]',
    'name = "main"',
    'url = "wss://192.0.2.10/x"',
    '(removed)',
    'ca_file = "C:\\ca.pem"',
    '',
  ]);
});

test('a password that a finding says is removed, of whatever PBX and whatever else is wrong', async () => {
  const file = await temporaryFile('password', '\ufefffile-secret\r\n');
  const toml = `colour = "red"
[listen]
address = "127.0.0.1:9471"
[[pbx]]
name = "dials us"
app = "m"
password = "inline-secret"
[[pbx]]
name = "too"
app = "m"
password_file = '${file}'
[[pbx]]
name = "no url and no file"
password_file = "/nowhere/password"
[[pbx]]
name = "with a login"
url = "wss://agent:login%2Dsecret@192.0.2.10/x"
`;
  const secrets = ['inline-secret', 'file-secret', 'login%2Dsecret', 'login-secret', 'env-secret'];
  const { report } = await reportOf(toml, {
    said: secrets.join(', '),
    env: { PRESENCE_AGENT_PBX_PASSWORD: 'env-secret' },
  });
  expect(report.findings[0]?.text).toBe(secrets.map(() => '(removed)').join(', '));
  expect(report.config.join('\n')).toContain('password_file = "/nowhere/password"');
});

test('a password that is a piece of JSON or of what takes its place does no harm', async () => {
  for (const password of ['n', '"', '\\', 'e', '.', '(removed)', ' ']) {
    const toml = `[[pbx]]\nname = "a"\npassword = ${JSON.stringify(password)}\n`;
    const { report } = await reportOf(toml, { said: `one\n"two" ${password} three\\` });
    expect(report.findings).toHaveLength(1);
  }
});
