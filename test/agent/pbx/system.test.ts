// Who waits for what the PBX calls itself waits no longer than the session lives.
import { expect, test } from 'vitest';
import { Session } from '../../../agent/pbx/session.ts';
import { askSystem, greeted } from '../../../agent/pbx/system.ts';
import { fakeClock, settled } from '../fake-clock.ts';
import { FakeLine } from '../fake-line.ts';
import { fakeLog } from '../fake-log.ts';

function setup(wait: (session: Session) => Promise<unknown>) {
  const line = new FakeLine();
  const clock = fakeClock(0);
  const session = new Session(line, clock, fakeLog().log);
  let told: unknown = 'nothing yet';
  const waits = wait(session).then((system) => {
    told = system;
  });
  void session.run(new AbortController().signal);
  return { line, clock, waits, told: () => told };
}

const INFO = { mt: 'PbxInfo', pbx: 'pbx', domain: 'example.com', apis: ['PbxApi'] };

test('a PBX that says who it is is believed', async () => {
  const it = setup(greeted);
  it.line.say(INFO);
  await settled();
  expect(it.told()).toEqual({
    system: { name: 'pbx', domain: 'example.com' },
    apis: ['PbxApi'],
  });
});

test('a PBX that does not say it is waited for 2 s', async () => {
  const it = setup(greeted);
  await it.clock.pass(1_999);
  expect(it.told()).toBe('nothing yet');
  await it.clock.pass(1);
  expect(it.told()).toBeUndefined();
});

test.each<[string, (session: Session) => Promise<unknown>, object | undefined]>([
  ['before PbxInfo', greeted, undefined],
  ['before the answer to MonitorConfig', askSystem, undefined],
  [
    'between its result and its info',
    askSystem,
    { mt: 'MonitorConfigResult', src: 'system', ok: true },
  ],
])('a line that is lost %s ends the waiting', async (_, wait, message) => {
  const it = setup(wait);
  if (message) it.line.say(message);
  it.line.hangUp();
  await settled();
  expect(it.told()).toBeUndefined();
  expect(it.clock.timers()).toBe(0);
});

test.each([
  ['PbxInfo', greeted],
  ['MonitorConfig', askSystem],
])('nobody waits for %s in a session that has ended', async (_, wait) => {
  const line = new FakeLine();
  const session = new Session(line, fakeClock(0), fakeLog().log);
  void session.run(new AbortController().signal);
  line.hangUp();
  expect(await wait(session)).toBeUndefined();
});
