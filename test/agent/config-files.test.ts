import { expect, test } from 'vitest';
import type { PbxConfig } from '../../agent/config.ts';
import { pbxTargets, readConfig } from '../../agent/config-files.ts';
import { temporaryFile } from './temporary.ts';

const pbx = (more: Partial<PbxConfig> = {}): PbxConfig => ({
  ...{ name: 'pbx', url: 'wss://192.0.2.10/x', app: 'microsoft365', insecure_tls: false },
  find_slaves: true,
  ...more,
});
const passwordOf = async (more: Partial<PbxConfig>, env = {}) =>
  (await pbxTargets([pbx(more)], env)).targets[0]?.credentials.password;

test('a password comes from the setting, its file, or the environment', async () => {
  const password_file = await temporaryFile('password', 'from file\r\n');
  const env = { PRESENCE_AGENT_PBX_PASSWORD: 'from env' };
  expect(await passwordOf({ password: 'set' }, env)).toBe('set');
  expect(await passwordOf({ password_file }, env)).toBe('from file');
  expect(await passwordOf({}, env)).toBe('from env');
});

test('blanks belong to a password', async () => {
  expect(await passwordOf({ password_file: await temporaryFile('password', ' a b \n') })).toBe(
    ' a b ',
  );
});

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

test('a mark that Windows puts before a text is no part of a password', async () => {
  const password_file = await temporaryFile('password', '\ufefffrom file\r\n');
  expect(await passwordOf({ password_file })).toBe('from file');
});

test.each([
  ['with its mark', utf16('hünter2\r\n'), 'is written as UTF-16'],
  ['with the other mark', utf16('hünter2').swap16(), 'is written as UTF-16'],
  ['without a mark', utf16('hünter2').subarray(2), 'is written as UTF-16'],
  ['in the code page of Windows', Buffer.from('hünter2', 'latin1'), 'is not written as UTF-8'],
])(
  'a password in another encoding, %s, is a problem that says what to do',
  async (_, bytes, is) => {
    const password_file = await temporaryFile('password', bytes);
    const { problems } = await pbxTargets([pbx({ password_file })], {});
    expect(problems).toEqual([
      `"password_file" of PBX "pbx": ${password_file} ${is}: write it anew as UTF-8, in PowerShell with Set-Content -NoNewline -Encoding utf8.`,
    ]);
  },
);

test('the configuration may begin with that mark, and is refused as UTF-16', async () => {
  const toml = 'log = "json"\r\n';
  expect(await readConfig(await temporaryFile('config.toml', `\ufeff${toml}`))).toMatchObject({
    log: 'json',
  });
  const file = await temporaryFile('config.toml', utf16(toml));
  await expect(readConfig(file)).rejects.toMatchObject({
    sentences: [`${file} is not right:`, 'It is written as UTF-16: save it as UTF-8.'],
  });
});

test('everything that is missing is named at once', async () => {
  const { problems } = await pbxTargets(
    [
      pbx({ name: 'a' }),
      pbx({ name: 'b', password_file: '/nowhere/password' }),
      pbx({ name: 'c', password_file: await temporaryFile('password', '\n') }),
      pbx({ name: 'd', password: 'x', ca_file: '/nowhere/ca.pem' }),
      pbx({ name: 'e', password: 'x', ca_file: await temporaryFile('ca.pem', 'MIIB') }),
    ],
    {},
  );
  expect(problems).toEqual([
    'PBX "a" has no password: set "password_file" or "password", or the environment variable PRESENCE_AGENT_PBX_PASSWORD.',
    '"password_file" of PBX "b": /nowhere/password cannot be read (ENOENT): check the path.',
    expect.stringMatching(/^"password_file" of PBX "c": .* is empty\.$/),
    '"ca_file" of PBX "d": /nowhere/ca.pem cannot be read (ENOENT): check the path.',
    expect.stringMatching(/^"ca_file" of PBX "e": .* contains no PEM certificate\.$/),
  ]);
});

test('a file that is not there is no fault here: enrol works without one', async () => {
  expect(await readConfig('/nowhere/config.toml')).toBeUndefined();
});

test('a file that is wrong is refused with its problems', async () => {
  const file = await temporaryFile('config.toml', 'egde = "x"\n');
  await expect(readConfig(file)).rejects.toMatchObject({
    sentences: [`${file} is not right:`, '"egde" is not a setting; did you mean "edge"?'],
  });
});
