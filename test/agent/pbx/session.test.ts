import { describe, expect, test } from 'vitest';
import { type Answer, Session } from '../../../agent/pbx/session.ts';
import { fakeClock } from '../fake-clock.ts';
import { FakeLine } from '../fake-line.ts';
import { fakeLog } from '../fake-log.ts';

function setup() {
  const clock = fakeClock(0);
  const line = new FakeLine();
  const session = new Session(line, clock, fakeLog().log);
  const stop = new AbortController();
  const ended = session.run(stop.signal);
  const heard: string[] = [];
  const ask = (mt: string, src: string, timeoutMs = 1_000) =>
    session.ask({ mt, src }, timeoutMs, (answer: Answer) =>
      heard.push(`${mt} ${src}: ${answer.ok ? answer.message.mt : answer.why}`),
    );
  const route = (name: string) => session.route(name, ({ mt }) => heard.push(`${name}: ${mt}`));
  return { clock, line, session, stop, ended, heard, ask, route };
}

describe('requests', () => {
  test('find their answers by src, in the order in which the PBX speaks', () => {
    const { line, heard, ask, route } = setup();
    ask('SetPresence', 'set-1');
    ask('SetPresence', 'set-2');
    route('guid');
    line.say({ mt: 'SetPresenceResult', src: 'set-2' });
    line.say({ mt: 'PresenceUpdate', src: 'guid' });
    line.say({ mt: 'SetPresenceResult', src: 'set-1' });
    expect(heard).toEqual([
      'SetPresence set-2: SetPresenceResult',
      'guid: PresenceUpdate',
      'SetPresence set-1: SetPresenceResult',
    ]);
  });

  test('find answers without src by their type, the oldest first', () => {
    const { line, heard, ask } = setup();
    ask('SetPresence', 'set-1');
    ask('GetNodeInfo', 'node');
    ask('SetPresence', 'set-2');
    line.say({ mt: 'SetPresenceResult' });
    line.say({ mt: 'SetPresenceResult' });
    expect(heard).toEqual([
      'SetPresence set-1: SetPresenceResult',
      'SetPresence set-2: SetPresenceResult',
    ]);
  });

  test('with the same src are answered in order', () => {
    const { line, heard, ask } = setup();
    ask('Subscribe', 'g');
    ask('Unsubscribe', 'g');
    ask('Subscribe', 'g');
    for (const mt of ['Subscribe', 'Unsubscribe', 'Subscribe'])
      line.say({ mt: `${mt}Result`, src: 'g' });
    expect(heard).toHaveLength(3);
  });

  test('that get no answer end after their time, once', () => {
    const { clock, line, heard, ask } = setup();
    ask('SetPresence', 'set-1');
    clock.advance(1_000);
    line.say({ mt: 'SetPresenceResult', src: 'set-1' });
    expect(heard).toEqual(['SetPresence set-1: timeout']);
  });

  test('are answered when the session ends, and at once after it', async () => {
    const { clock, line, heard, ask, ended } = setup();
    ask('SetPresence', 'set-1');
    line.hangUp(1001, 'reboot');
    ask('SetPresence', 'set-2');
    expect(heard).toEqual(['SetPresence set-1: gone', 'SetPresence set-2: gone']);
    expect(await ended).toMatchObject({
      code: 'closed',
      detail: expect.stringContaining('1001 reboot'),
    });
    expect(clock.timers()).toBe(0);
  });
});

describe('pushes', () => {
  test('go by src first, then by api, then by type', () => {
    const { line, heard, route } = setup();
    route('users');
    route('PbxTableUsers');
    route('AppInfo');
    line.say({ mt: 'ReplicateAdd', api: 'PbxTableUsers', src: 'users' });
    line.say({ mt: 'ReplicateDel', api: 'PbxTableUsers' });
    line.say({ mt: 'AppInfo', src: 'theirs' });
    expect(heard).toEqual([
      'users: ReplicateAdd',
      'PbxTableUsers: ReplicateDel',
      'AppInfo: AppInfo',
    ]);
  });

  test('that nobody expects are ignored', () => {
    const { line, heard } = setup();
    line.say({ mt: 'Error', text: 'unknown' });
    line.say({ mt: 'PresenceUpdate', src: 'who' });
    expect(heard).toEqual([]);
  });
});

describe('a PBX that says nothing', () => {
  test('is pinged, then asked, then given up within 15 s', async () => {
    const { clock, line, ended } = setup();
    clock.advance(5_000);
    expect(line.pings).toBe(1);
    clock.advance(5_000);
    expect(line.take().map(({ mt }) => mt)).toEqual(['KeepAlive', 'GetNodeInfo']);
    clock.advance(4_000);
    expect(await ended).toMatchObject({ code: 'silent', retry: 'backoff' });
    expect(line.ended).toBe('cut');
  });

  test.each<[string, (line: FakeLine) => void]>([
    ['a pong', (line) => line.pong()],
    ['a KeepAlive', (line) => line.say({ mt: 'KeepAlive' })],
    ['any message', (line) => line.say({ mt: 'Whatever' })],
  ])('lives on with %s', (_, speak) => {
    const { clock, line } = setup();
    for (let round = 0; round < 10; round++) {
      clock.advance(13_000);
      speak(line);
    }
    expect(line.ended).toBeUndefined();
  });
});

describe('KeepAlive', () => {
  test('is answered', () => {
    const { line } = setup();
    line.say({ mt: 'KeepAlive' });
    expect(line.take()).toEqual([{ mt: 'KeepAlive' }]);
  });

  test('does not go to and fro for ever', () => {
    const { clock, line } = setup();
    line.say({ mt: 'KeepAlive' });
    for (let echo = 0; echo < 10; echo++) line.say({ mt: 'KeepAlive' });
    expect(line.take()).toHaveLength(1);
    clock.advance(5_000);
    line.say({ mt: 'KeepAlive' });
    expect(line.take()).toHaveLength(1);
  });
});

describe('what somebody waits for', () => {
  const waiting = () => {
    const it = setup();
    const why: string[] = [];
    return { ...it, why, cancel: it.session.within(1_000, (how) => why.push(how)) };
  };

  test('comes after its time, once', () => {
    const { clock, line, why } = waiting();
    clock.advance(1_000);
    line.hangUp();
    expect(why).toEqual(['timeout']);
  });

  test('comes with the end of the session', () => {
    const { clock, line, session, why } = waiting();
    line.hangUp();
    session.within(1_000, (how) => why.push(how));
    clock.advance(60_000);
    expect(why).toEqual(['gone', 'gone']);
    expect(clock.timers()).toBe(0);
  });

  test('does not come when it was taken back', () => {
    const { clock, line, why, cancel } = waiting();
    cancel();
    clock.advance(1_000);
    line.hangUp();
    expect(why).toEqual([]);
  });
});

test('a session that is told to stop says goodbye and leaves no timer', async () => {
  const { clock, line, stop, ended, session } = setup();
  session.after(60_000, () => {});
  stop.abort();
  await ended;
  expect(line.ended).toBe('close');
  expect(clock.timers()).toBe(0);
});
