import { describe, expect, it } from 'vitest';
import type { AccountView } from '../../../edge/connector/rpc.ts';
import { LOGIN_PROBLEMS } from '../../../edge/http/login-problems.ts';
import { accepted, refused } from '../../../shared/errors.ts';
import { bed, problemOf } from './bed.ts';

const WAITING: AccountView = {
  id: 'a1',
  users: 0,
  state: 'waiting',
  userCode: 'ABCDEFGHJ',
  verificationUri: 'https://microsoft.com/devicelogin',
  expiresAt: '2026-11-25T12:15:00.000Z',
};
const PASSWORD = { username: 'sync@example.com', password: 'pass' };

describe('a Teams account', () => {
  it('is added with user name and password', async () => {
    const added: AccountView = {
      id: 'a1',
      username: PASSWORD.username,
      users: 0,
      state: 'waiting',
    };
    const { admin, calls } = bed({ answers: { addAccount: () => accepted(added) } });
    const answer = await admin('POST', '/api/accounts', PASSWORD);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual(added);
    expect(calls[0]?.args).toEqual(['operator', PASSWORD, 'en']);
  });

  it('is added for somebody who signs in with a code, which the answer tells', async () => {
    const { admin, calls } = bed({ answers: { addAccount: () => accepted(WAITING) } });
    const answer = await admin('POST', '/api/accounts', { signIn: 'device' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual(WAITING);
    expect(calls[0]?.args).toEqual(['operator', { signIn: 'device' }, 'en']);
  });

  it('that waits is listed with its code, for a page that was loaded anew', async () => {
    const { admin, calls } = bed({ answers: { listAccounts: () => accepted([WAITING]) } });
    const language = { 'accept-language': 'de-AT' };
    const answer = await admin('GET', '/api/accounts', undefined, language);
    expect(await answer.json()).toEqual({ items: [WAITING] });
    expect(calls[0]?.args).toEqual(['de']);
  });

  it.each([
    ['nothing', {}, ['username', 'password']],
    ['half of it', { username: 'sync@example.com' }, ['password']],
    ['another sign-in', { signIn: 'phone' }, ['signIn']],
    ['no sign-in at all', { signIn: null }, ['signIn']],
    ['both ways at once', { signIn: 'device', ...PASSWORD }, ['username', 'password']],
    ['a password with a code', { signIn: 'device', password: 'x' }, ['password']],
    ['both, and an unknown way', { signIn: 'x', username: 'a@b' }, ['signIn', 'username']],
    ['something unknown', { signIn: 'device', colour: 'red' }, ['colour']],
  ])('is refused with %s, and every field is named', async (_, body, paths) => {
    const { admin, touched } = bed();
    const problem = await problemOf(await admin('POST', '/api/accounts', body));
    expect(problem).toMatchObject({ http: 422, code: 'invalid' });
    expect(problem.errors?.map(({ path }) => path)).toEqual(paths);
    expect(touched()).toEqual([]);
  });

  it.each([
    ['public-client-off', 422],
    ['tenant-unknown', 422],
    ['login-unavailable', 503],
    ['login-throttled', 503],
    ['conflict', 409],
  ])('that Microsoft refuses with %s is answered %i, with what to do', async (code, status) => {
    const addAccount = () => refused(code, 'What is so. What to do.');
    const { admin } = bed({ answers: { addAccount } });
    const problem = await problemOf(await admin('POST', '/api/accounts', { signIn: 'device' }));
    expect(problem).toMatchObject({
      http: status,
      status,
      code,
      detail: 'What is so. What to do.',
    });
  });

  it('finds a status for whatever the login may say', async () => {
    for (const code of Object.keys(LOGIN_PROBLEMS)) {
      const { admin } = bed({ answers: { addAccount: () => refused(code, 'So.') } });
      expect((await admin('POST', '/api/accounts', { signIn: 'device' })).status).toBeLessThan(504);
    }
  });
});
