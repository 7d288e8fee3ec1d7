// Presence of watched users against a line that the test holds: a PBX that says what no PBX says.
import { expect, test } from 'vitest';
import { Presence } from '../../../agent/pbx/presence.ts';
import { Session } from '../../../agent/pbx/session.ts';
import { presencesFrame, upFrame } from '../../../shared/protocol/up.ts';
import { fakeClock } from '../fake-clock.ts';
import { FakeLine } from '../fake-line.ts';
import { fakeLog } from '../fake-log.ts';

function watching(...guids: string[]) {
  const line = new FakeLine();
  const { log } = fakeLog();
  const session = new Session(line, fakeClock(), log);
  const ended: string[] = [];
  void session.run(new AbortController().signal).then(({ code }) => ended.push(code));
  const heard: [guid: string, activities: string[]][] = [];
  const presence = new Presence(
    session,
    'microsoft365',
    {
      items(guid, items) {
        heard.push([guid, items.map(({ activity }) => activity)]);
        // What is heard has to fit into a frame: one that does not would end the tunnel for all.
        upFrame().parse(
          presencesFrame({ pbx: 'pbx', presences: [{ guid, items, afterGap: false }] }),
        );
      },
      noItems: () => {},
      refused: () => {},
    },
    log,
  );
  for (const guid of guids) {
    presence.watch(guid, `${guid}.sip`);
    line.say({ mt: 'SubscribePresenceResult', api: 'PbxApi', src: guid });
  }
  const push = (src: string, list: unknown) =>
    line.say({ mt: 'PresenceUpdate', api: 'PbxApi', src, presence: list });
  return { push, heard, ended, isOver: () => line.ended !== undefined };
}

const BUSY = { contact: 'tel:', activity: 'busy' };

test.each<[string, unknown, string[]]>([
  ['no list', 'busy', []],
  ['nothing', null, []],
  ['a list of something else', [1, null, 'tel:', [BUSY], true], []],
  ['members of the prototype', [{ ['__proto__']: BUSY, constructor: 1 }], ['']],
  [
    'parts that are no text',
    [{ contact: { a: 1 }, activity: ['busy'], status: 7 }, BUSY],
    ['', 'busy'],
  ],
  ['texts without an end', [{ ...BUSY, activity: 'x'.repeat(100_000) }], ['x'.repeat(1_024)]],
  ['a note without an end', [{ ...BUSY, note: 'x'.repeat(100_000) }], ['busy']],
  ['items without an end', Array(10_000).fill(BUSY), Array(64).fill('busy')],
  ['control characters', [{ contact: '\u0000\r\n', activity: '\u0000\r\n' }], ['\u0000\r\n']],
])('nonsense of the PBX about one user is nobody else’s trouble: %s', (_, nonsense, heard) => {
  const it = watching('a', 'b');
  it.push('a', nonsense);
  it.push('nobody', [BUSY]);
  it.push('b', [BUSY]);
  expect(it.heard).toEqual([
    ['a', heard],
    ['b', ['busy']],
  ]);
  expect(it.isOver()).toBe(false);
});
