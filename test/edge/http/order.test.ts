import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, bed, KNOWN, problemOf } from './bed.ts';

const UNKNOWN = '/nobody.example/microsoft365';
const asAdmin = { authorization: `Bearer ${ADMIN_TOKEN}` };
const big = 'x'.repeat(70_000);
const huge = 'x'.repeat(1_100_000);

describe('the order in which a request is refused', () => {
  const cases: [string, string, RequestInit, number, string][] = [
    [
      'too large comes before the sign-in',
      `/${KNOWN}/api/accounts`,
      { method: 'POST', body: big },
      413,
      'too-large',
    ],
    [
      'settings may be larger',
      `/${KNOWN}/api/settings`,
      { method: 'PUT', body: big },
      401,
      'unauthorized',
    ],
    [
      'settings end somewhere too',
      `/${KNOWN}/api/settings`,
      { method: 'PUT', body: huge },
      413,
      'too-large',
    ],
    [
      'so do notifications',
      `${UNKNOWN}/subscriptions`,
      { method: 'POST', body: huge },
      413,
      'too-large',
    ],
    ['and everything else', '/nowhere', { method: 'POST', body: big }, 413, 'too-large'],
    ['no sign-in, known connector', `/${KNOWN}/api/status`, {}, 401, 'unauthorized'],
    ['no sign-in, unknown connector', `${UNKNOWN}/api/status`, {}, 401, 'unauthorized'],
    ['no sign-in, no such route', `/${KNOWN}/api/nothing`, {}, 401, 'unauthorized'],
    ['no sign-in, wrong method', `/${KNOWN}/api/status`, { method: 'DELETE' }, 401, 'unauthorized'],
    [
      'signed in, unknown connector, wrong method',
      `${UNKNOWN}/api/status`,
      { method: 'DELETE', headers: asAdmin },
      404,
      'connector-unknown',
    ],
    [
      'signed in, unknown connector, not JSON',
      `${UNKNOWN}/api/accounts`,
      { method: 'POST', body: '{', headers: asAdmin },
      404,
      'connector-unknown',
    ],
    [
      'signed in, no connector name',
      '/-/microsoft365/api/status',
      { headers: asAdmin },
      404,
      'connector-unknown',
    ],
    ['signed in, no such route', `/${KNOWN}/api/nothing`, { headers: asAdmin }, 404, 'not-found'],
    [
      'signed in, no such lamp',
      `/${KNOWN}/api/checks/moon`,
      { method: 'POST', headers: asAdmin },
      404,
      'not-found',
    ],
    [
      'wrong method before the body',
      `/${KNOWN}/api/accounts`,
      { method: 'PATCH', body: '{', headers: asAdmin },
      405,
      'method-not-allowed',
    ],
    [
      'not JSON',
      `/${KNOWN}/api/accounts`,
      { method: 'POST', body: '{', headers: asAdmin },
      400,
      'not-json',
    ],
    [
      'JSON that does not fit',
      `/${KNOWN}/api/accounts`,
      { method: 'POST', body: '{}', headers: asAdmin },
      422,
      'invalid',
    ],
    [
      'notifications for an unknown connector',
      `${UNKNOWN}/subscriptions`,
      { method: 'POST', body: '{' },
      404,
      'connector-unknown',
    ],
    ['a tunnel of an unknown connector', `${UNKNOWN}/tunnel`, {}, 404, 'connector-unknown'],
    [
      'an enrolment at an unknown connector',
      `${UNKNOWN}/enrol`,
      { method: 'POST', body: '{' },
      404,
      'connector-unknown',
    ],
    [
      'notifications by PUT',
      `/${KNOWN}/subscriptions`,
      { method: 'PUT', body: '{}' },
      405,
      'method-not-allowed',
    ],
    ['an enrolment by GET', `/${KNOWN}/enrol`, {}, 405, 'method-not-allowed'],
    ['a tunnel by POST', `/${KNOWN}/tunnel`, { method: 'POST' }, 405, 'method-not-allowed'],
    ['no such route at all', `/${KNOWN}/elsewhere`, {}, 404, 'not-found'],
    ['the root', '/', {}, 404, 'not-found'],
  ];

  it.each(cases)('%s', async (_, path, init, status, code) => {
    const answer = await problemOf(await bed().fetch(path, init));
    expect(answer).toMatchObject({ http: status, status, code, type: 'application/problem+json' });
  });

  it('names the methods that are possible', async () => {
    const answer = await bed().admin('PATCH', '/api/accounts', {});
    expect(answer.headers.get('allow')).toBe('GET, POST');
  });

  it('counts a body that comes in pieces and hides its length', async () => {
    let left = 200;
    const body = new ReadableStream({
      pull(controller) {
        if (left-- === 0) controller.close();
        else controller.enqueue(new TextEncoder().encode('x'.repeat(1000)));
      },
    });
    const { fetch } = bed();
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    expect((await fetch(`/${KNOWN}/enrol`, init)).status).toBe(413);
  });

  it('names every bad field at once', async () => {
    const { errors } = await problemOf(
      await bed().admin('PUT', '/api/settings', {
        masterPbx: 'a.b',
        pollSeconds: 1,
        colour: 'red',
      }),
    );
    const paths = errors?.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['masterPbx', 'pollSeconds', 'colour', 'notificationUrl']),
    );
  });

  it('addresses no object for any of it', async () => {
    const { fetch, calls } = bed();
    for (const path of [`${UNKNOWN}/subscriptions`, `${UNKNOWN}/enrol`, `/${KNOWN}/enrol`]) {
      await fetch(path, { method: 'POST', body: '{"code":"a.b.c","publicKey":{}}' });
    }
    await fetch(`${UNKNOWN}/tunnel`);
    await fetch(`/${KNOWN}/tunnel`);
    await fetch(`/${KNOWN}/api/status`);
    expect(calls).toEqual([]);
  });
});

describe('what every answer has', () => {
  it.each(['/healthz', '/nowhere', `/${KNOWN}/api/status`, `/${KNOWN}/subscriptions`])(
    '%s is not stored, not sniffed and not framed',
    async (path) => {
      const { headers } = await bed().fetch(path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    },
  );

  it('says nothing of what went wrong inside, but where to find it', async () => {
    const { admin, logged } = bed({
      answers: {
        status: () => {
          throw new Error('no such table: lamp');
        },
      },
    });
    const { code, http, detail } = await problemOf(await admin('GET', '/api/status'));
    expect({ code, http }).toEqual({ code: 'internal', http: 500 });
    expect(detail).not.toContain('table');
    expect(detail).toContain(logged[0]?.fields['id']);
  });

  it('asks to come again when the object is overloaded', async () => {
    const overloaded = Object.assign(new Error('overloaded'), { overloaded: true });
    const { admin } = bed({ answers: { status: () => Promise.reject(overloaded) } });
    const answer = await admin('GET', '/api/status');
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await problemOf(answer)).http).toBe(503);
  });
});

describe('an edge that is not configured', () => {
  const { fetch, logged } = bed({ env: { SETTINGS_KEY: 'too short' } });

  it('is alive', async () => {
    expect((await fetch('/healthz')).status).toBe(200);
  });

  it.each(['/', `/${KNOWN}/api/status`, `/${KNOWN}/subscriptions`, `/${KNOWN}/tunnel`])(
    'says at %s what is missing',
    async (path) => {
      const answer = await problemOf(await fetch(path));
      expect(answer).toMatchObject({ http: 503, code: 'misconfigured' });
      expect(answer.detail).toContain('SETTINGS_KEY');
      expect(answer.detail).not.toContain('too short');
    },
  );

  it('names it in the log', () => {
    expect(logged[0]?.event).toBe('misconfigured');
    expect(logged[0]?.fields['detail']).toContain('SETTINGS_KEY');
  });
});
