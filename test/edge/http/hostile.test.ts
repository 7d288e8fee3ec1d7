// What somebody may try who wants more than the API offers: headers, logs, addresses and sizes. The rows
// of docs/security.md name these tests.
import { describe, expect, it, vi } from 'vitest';
import { consoleLog } from '../../../edge/log.ts';
import { bed, KNOWN, ORIGIN, problemOf, SETTINGS } from './bed.ts';

/** As the schema of settings has it. */
const MOST_OVERRIDES = 20_000;
const TENANT = SETTINGS.tenantSyncToPbx;

describe('settings cannot send the edge anywhere', () => {
  it.each([
    ['tenantSyncToTeams', `${TENANT}/../../evil`],
    ['tenantSyncToTeams', 'evil.example/x?'],
    ['tenantSyncToTeams', 'evil.example#'],
    ['tenantSyncToTeams', 'me@evil.example'],
    ['tenantSyncToTeams', '169.254.169.254:80'],
    ['tenantSyncToPbx', '../common'],
    ['tenantSyncToPbx', 'a\\b'],
    ['clientIdSyncToTeams', 'https://evil.example'],
    ['cloud', 'https://evil.example'],
    ['cloud', '__proto__'],
    ['notificationUrl', 'http://169.254.169.254/subscriptions'],
    ['notificationUrl', 'file:///etc/passwd'],
    ['notificationUrl', 'https://user:pass@evil.example/subscriptions'],
    ['masterPbx', '192.0.2.1'],
  ])('%s %j is refused, and nobody is asked', async (key, value) => {
    const asked: string[] = [];
    const edge = bed({
      fetch: async (url) => {
        asked.push(url);
        return new Response(null, { status: 404 });
      },
    });
    const answer = await edge.admin('PUT', '/api/settings', { ...SETTINGS, [key]: value });
    expect((await problemOf(answer)).errors?.map(({ path }) => path)).toEqual([key]);
    expect(asked).toEqual([]);
    expect(edge.touched()).toEqual([]);
  });
});

/** What is printed of what was logged. */
function printed(logged: ReturnType<typeof bed>['logged']): string[] {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  for (const { event, fields } of logged) consoleLog('error', event, fields);
  const lines = said.mock.calls.map(([line]) => String(line));
  said.mockRestore();
  return lines;
}

describe('a name is only a name', () => {
  const name = 'x\r\nset-cookie: a=b\u0000$(reboot)';

  it('of an agent: no command in what an admin is to type, no header, no line of the log', async () => {
    const edge = bed();
    const answer = await edge.admin('POST', '/api/agents', { name });
    const { command = '' } = (await answer.json()) as { command?: string };
    expect(command).not.toContain('reboot');
    expect([...answer.headers.keys()]).not.toContain('set-cookie');
    expect(edge.logged).toEqual([]);
  });

  it('of an agent that the log has to tell of is in the middle of one line, and not in the answer', async () => {
    const fail = (_who: string, given: string) => Promise.reject(new Error(`no room for ${given}`));
    const edge = bed({ answers: { openEnrolment: fail, removeAgent: fail } });
    const answers = [
      await edge.admin('POST', '/api/agents', { name }),
      await edge.admin('DELETE', `/api/agents/${encodeURIComponent(name)}`),
    ];
    for (const answer of answers) {
      const problem = await problemOf(answer);
      expect(problem.http).toBe(500);
      expect(JSON.stringify(problem)).not.toContain('reboot');
      expect([...answer.headers.keys()]).not.toContain('set-cookie');
    }
    const lines = printed(edge.logged);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(line).not.toMatch(/[\u0000-\u001f]/);
      expect(JSON.parse(line)).toMatchObject({
        event: 'request-failed',
        error: expect.stringContaining(name),
      });
    }
  });

  it.each(['$(reboot)', 'a;reboot', '`reboot`', "a'b", 'a b', 'a"b', 'x/../y', 'a&b', 'a|b'])(
    'the host %s, which a proxy passes on, is not in the command that an admin is to type',
    async (host) => {
      const edge = bed();
      const answer = await edge.admin('POST', '/api/agents', undefined, {
        'x-forwarded-host': host,
      });
      const { command = '' } = (await answer.json()) as { command?: string };
      expect(command).toMatch(
        new RegExp(`^presence-agent enrol ${ORIGIN}/${KNOWN} [A-Za-z0-9._-]+$`),
      );
    },
  );

  it('a path cannot name what is no connector', async () => {
    for (const path of ['/__proto__/x', '/a%0d%0ab/x', '/..%2f..%2fx/y', '/example.com/a%00b']) {
      const edge = bed();
      const answer = await edge.fetch(`${path}/subscriptions?validationToken=x`, {
        method: 'POST',
      });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(edge.calls).toEqual([]);
    }
  });

  it('the handshake’s token is a text, in no header and no page', async () => {
    const edge = bed();
    const shake = (token: string) =>
      edge.fetch(`/${KNOWN}/subscriptions?validationToken=${encodeURIComponent(token)}`, {
        method: 'POST',
      });
    const token = '"; alert(1); //\r\nset-cookie: a=b';
    const answer = await shake(token);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(token);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect([...answer.headers.keys()]).not.toContain('set-cookie');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await shake('<script>alert(1)</script>')).status).toBe(400);
  });
});

describe('what is made to be heavy is refused lightly', () => {
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  it.each([
    ['a text nested 30,000 times', '/api/accounts', deep(30_000)],
    ['overrides nested 500,000 times', '/api/settings', `{"overrides":${deep(500_000)}}`],
    ['members of the prototype', '/api/settings', '{"__proto__":{"admin":true},"constructor":1}'],
  ])('%s', async (_, path, body) => {
    const edge = bed();
    const method = path === '/api/settings' ? 'PUT' : 'POST';
    const { http } = await problemOf(await edge.admin(method, path, body));
    expect([400, 413, 422]).toContain(http);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
    expect(edge.touched()).toEqual([]);
  });

  it('more overrides than there may be', async () => {
    const edge = bed();
    const put = (rows: number) => {
      const overrides = Array.from({ length: rows }, (_, n) => ({
        teams: `a${n}@x.de`,
        pbx: `a${n}`,
      }));
      return edge.admin('PUT', '/api/settings', { ...SETTINGS, overrides });
    };
    const { http, errors } = await problemOf(await put(MOST_OVERRIDES + 1));
    expect(http).toBe(422);
    expect(errors).toEqual([
      { path: 'overrides', message: expect.stringContaining(`<=${MOST_OVERRIDES} items`) },
    ]);
    expect(edge.touched()).toEqual([]);
    // It was for their number.
    expect((await put(MOST_OVERRIDES)).status).toBe(200);
  });

  it('a notification of thousands of items and tokens that are not ours', async () => {
    const items = Array.from({ length: 4_000 }, (_, n) => ({
      subscriptionId: `s${n}`,
      clientState: 'x'.repeat(64),
      tenantId: TENANT,
      changeType: 'updated',
      resource: 'x',
    }));
    const validationTokens = Array.from({ length: 4_000 }, () => 'a.b.c');
    const body = JSON.stringify({ value: items, validationTokens });
    const edge = bed();
    const answer = await edge.fetch(`/${KNOWN}/subscriptions`, { method: 'POST', body });
    expect(answer.status).toBe(202);
    expect(edge.calls).toEqual([]);
    // One line, however many they were.
    expect(edge.logged.length).toBeLessThanOrEqual(2);
  });
});
