// Replication against a line that the test holds: what real PBXs leave out, say twice or out of turn.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { replicateUsers } from '../../../agent/pbx/directory.ts';
import { Session } from '../../../agent/pbx/session.ts';
import type { Ended } from '../../../agent/supervise.ts';
import { USERS_PER_PBX } from '../../../shared/protocol/frame.ts';
import type { PbxUser } from '../../../shared/protocol/up.ts';
import { fakeClock } from '../fake-clock.ts';
import { FakeLine } from '../fake-line.ts';
import { fakeLog } from '../fake-log.ts';

function setup() {
  const clock = fakeClock(0);
  const line = new FakeLine();
  const session = new Session(line, clock, fakeLog().log);
  void session.run(new AbortController().signal);
  const heard: string[] = [];
  let list: PbxUser[] | undefined;
  let failed: Ended | undefined;
  const last: { user?: PbxUser } = {};
  replicateUsers(
    session,
    { app: 'microsoft365', domain: 'example.com' },
    {
      started: () => heard.push('started'),
      list(users) {
        list = users;
        heard.push(`list ${users.map(({ guid }) => guid)}`);
      },
      user(user) {
        last.user = user;
        heard.push(`user ${user.guid}`);
      },
      gone: (guid) => heard.push(`gone ${guid}`),
      failed: (ended) => {
        failed = ended;
      },
    },
  );
  const [start] = line.take();
  const say = (mt: string, columns?: object, more: object = {}) =>
    line.say({ mt, api: 'PbxTableUsers', src: 'users', ...(columns ? { columns } : {}), ...more });
  return {
    ...{ clock, line, session, heard, start, say, last },
    list: () => list ?? [],
    failed: () => failed,
    begin: () => say('ReplicateStartResult'),
    row: (columns: object) => say('ReplicateNextResult', columns),
    end: () => say('ReplicateNextResult'),
  };
}

/** A session whose list is complete. */
function running(...rows: object[]) {
  const it = setup();
  it.begin();
  for (const row of rows) it.row(row);
  it.end();
  it.heard.length = 0;
  return it;
}

describe('what is asked for', () => {
  test('is what is needed, never a password, and two types of users', () => {
    const { start } = setup();
    expect(start).toMatchObject({ mt: 'ReplicateStart', pseudo: ['', 'executive'] });
    expect(Object.keys(start?.['columns'] as object).toSorted()).toEqual(
      ['allows', 'cn', 'dn', 'e164', 'emails', 'guid', 'h323', 'h323-email', 'loc'].toSorted(),
    );
  });

  test('one row at a time', () => {
    const { begin, row, line } = setup();
    begin();
    expect(line.take().map(({ mt }) => mt)).toEqual(['ReplicateNext']);
    row({ guid: 'a' });
    expect(line.take()).toHaveLength(1);
  });
});

describe('a row', () => {
  const read = (columns: object) => {
    const { begin, row, end, list } = setup();
    begin();
    row({ guid: 'g', ...columns });
    end();
    return list()[0];
  };

  test('with nothing but a guid is a user', () => {
    expect(read({})).toEqual({ guid: 'g', cn: '', h323: '', emails: [] });
  });

  test('keeps umlauts and what else people are called', () => {
    expect(read({ cn: 'Jürgen Groß-Øst 李', h323: 'jürgen', dn: 'Jü' })).toMatchObject({
      cn: 'Jürgen Groß-Øst 李',
      h323: 'jürgen',
      dn: 'Jü',
    });
  });

  test.each<[string, object, string[]]>([
    ['one address', { emails: [{ email: 'a@x.de' }] }, ['a@x.de']],
    ['several', { emails: [{ email: 'a@x.de' }, { email: 'b@x.de' }] }, ['a@x.de', 'b@x.de']],
    ['an entry without address', { emails: [{}, { email: '' }, { email: 'a@x.de' }] }, ['a@x.de']],
    [
      'the own address first',
      { h323: 'al', 'h323-email': true, emails: [{ email: 'b@x.de' }] },
      ['al@example.com', 'b@x.de'],
    ],
    [
      'the own address once',
      { h323: 'al', 'h323-email': true, emails: [{ email: 'al@example.com' }] },
      ['al@example.com'],
    ],
    ['no own address without the tick', { h323: 'al', 'h323-email': false }, []],
    ['a column of another kind is none', { emails: 'a@x.de', cn: 7 }, []],
  ])('%s', (_, columns, emails) => {
    expect(read(columns)?.emails).toEqual(emails);
  });

  test('as long as it may be still fits into a frame', () => {
    const emails = Array.from({ length: 500 }, (_, n) => ({ email: `${n}@${'x'.repeat(2_000)}` }));
    const user = read({ cn: 'x'.repeat(5_000), emails });
    expect(user?.cn).toHaveLength(1_024);
    expect(user?.emails).toHaveLength(64);
  });

  test('without a guid is nobody', () => {
    const { begin, row, end, list } = setup();
    begin();
    row({ cn: 'Nobody' });
    row({ guid: '', cn: 'Nobody' });
    row({ guid: 'a' });
    end();
    expect(list().map(({ guid }) => guid)).toEqual(['a']);
  });
});

describe('changes', () => {
  test('an update of somebody unknown is an addition, an addition of somebody known an update', () => {
    const { say, heard } = running({ guid: 'a' });
    say('ReplicateUpdate', { guid: 'b', cn: 'B' });
    say('ReplicateAdd', { guid: 'a', cn: 'A' });
    say('ReplicateDel', { guid: 'nobody' });
    say('ReplicateDel', { guid: 'a' });
    expect(heard).toEqual(['user b', 'user a', 'gone nobody', 'gone a']);
  });

  test('that come while the list is being read are in it', () => {
    const { begin, row, end, say, heard, list } = setup();
    begin();
    row({ guid: 'a', cn: 'old' });
    row({ guid: 'b' });
    say('ReplicateUpdate', { guid: 'a', cn: 'new' });
    say('ReplicateDel', { guid: 'b' });
    say('ReplicateAdd', { guid: 'c' });
    end();
    expect(heard).toEqual(['started', 'list a,c']);
    expect(list()[0]?.cn).toBe('new');
  });

  test('are heard without src, and with that of a question', () => {
    const { line, heard } = running();
    line.say({ mt: 'ReplicateAdd', api: 'PbxTableUsers', columns: { guid: 'a' } });
    line.say({ mt: 'ReplicateAdd', api: 'PbxTableUsers', src: 'users', columns: { guid: 'b' } });
    line.say({ mt: 'ReplicateWhatever', api: 'PbxTableUsers', columns: { guid: 'c' } });
    expect(heard).toEqual(['user a', 'user b']);
  });
});

describe('a replication that breaks off', () => {
  test.each<[string, (it: ReturnType<typeof setup>) => void, string]>([
    ['refused', (it) => it.say('ReplicateStartResult', undefined, { error: 6 }), 'api-missing'],
    ['no answer to the start', (it) => it.clock.advance(10_000), 'api-missing'],
    [
      'refused in the middle',
      (it) => {
        it.begin();
        it.row({ guid: 'a' });
        it.say('ReplicateNextResult', undefined, { error: 3 });
      },
      'closed',
    ],
  ])('%s is a fault, and no list', (_, breakOff, code) => {
    const it = setup();
    breakOff(it);
    expect(it.failed()).toMatchObject({ code });
    expect(it.heard.join()).not.toContain('list');
  });

  test.each<[string, string]>([
    ['answers', 'ReplicateNextResult'],
    ['pushes', 'ReplicateUpdate'],
  ])('%s without an end are a fault, and no list', (_, mt) => {
    const it = setup();
    it.begin();
    const endless = { guid: 'a' };
    for (let row = 0; row < USERS_PER_PBX; row += 1) {
      it.say(mt, endless);
      it.line.sent.length = 0;
    }
    expect(it.failed()).toBeUndefined();
    it.say(mt, endless);
    expect(it.failed()).toMatchObject({ code: 'closed', retry: 'slow' });
    expect(it.failed()?.detail).toContain('has no end: more than 200000 rows');
    expect(it.heard.join()).not.toContain('list');
  });
});

test('20,000 users take little memory, and nothing of the reading stays behind', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed / 1_048_576;
  };
  const it = setup();
  it.begin();
  it.line.take();
  const before = heap();
  for (let n = 0; n < 20_000; n += 1) {
    const [guid, h323] = [String(n).padStart(32, '0'), `user${n}`];
    const allows = [{ name: 'microsoft365', presence: true, otf: true }];
    it.row({
      guid,
      h323,
      cn: `User ${n}`,
      e164: String(n),
      loc: 'pbx',
      emails: [{ email: `${h323}@example.com` }],
      allows,
    });
    it.line.take();
  }
  it.end();
  expect(it.list()).toHaveLength(20_000);
  const used = heap() - before;
  console.log(`20,000 users: ${used.toFixed(1)} MB`);
  expect(used).toBeLessThan(25);
});
