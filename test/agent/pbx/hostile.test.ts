// Messages whose fields hold what no PBX sends, before and after the login: nothing throws, and whatever goes
// up is a frame. Seeded (`FUZZ_SEED`, `FUZZ_RUNS`); what fails is printed with its seed, and becomes a test with
// a name in the test of the file at fault.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextAdmissionMove } from '../../../agent/pbx/admission.ts';
import { awaitOnce } from '../../../agent/pbx/connect.ts';
import { admissionRefused, loginRefused } from '../../../agent/pbx/faults.ts';
import { nextLoginMove } from '../../../agent/pbx/handshake.ts';
import { urlsOf } from '../../../agent/pbx/location.ts';
import { readMessage } from '../../../agent/pbx/messages.ts';
import { Post } from '../../../agent/pbx/post.ts';
import { Relay } from '../../../agent/relay/relay.ts';
import { reportOf } from '../../../agent/report.ts';
import { Tracker } from '../../../agent/tracker.ts';
import { setFrame, watchFrame, welcomeFrame } from '../../../shared/protocol/down.ts';
import { MAX_FRAME_LENGTH } from '../../../shared/protocol/frame.ts';
import { type UpFrame, upFrame } from '../../../shared/protocol/up.ts';
import { fakeClock } from '../fake-clock.ts';
import { FakeLine } from '../fake-line.ts';
import { fakeLog } from '../fake-log.ts';

const { FUZZ_RUNS, FUZZ_SEED } = process.env;
const numRuns = Number(FUZZ_RUNS ?? 300);
/** Always the same within `npm test`; with `FUZZ_RUNS` others each time, unless `FUZZ_SEED` says which. */
const seed = Number(FUZZ_SEED ?? (FUZZ_RUNS === undefined ? 20261123 : Date.now() % 2 ** 31));

const deep = (open: string, close: string, inner: string) =>
  open.repeat(5_000) + inner + close.repeat(5_000);

/** Values, as JSON. */
const hostile = fc.oneof(
  fc.constantFrom(
    ...['null', 'true', 'false', '0', '-0', '1e999', '-1e-999', '9007199254740993', '""', '[]'],
    ...['{}', '{"toString":0}', '{"valueOf":0,"toString":null}', '{"toJSON":0}', '{"then":0}'],
    ...[
      '{"__proto__":null}',
      '{"constructor":{"prototype":0}}',
      '{"length":-1}',
      '[{"toString":0}]',
    ],
    ...['"__proto__"', '"constructor"', '"\\ud800"', '"\\u0000\\n"', '"{}"', '"NaN"', '"../../x"'],
    ...[deep('[', ']', ''), deep('{"a":', '}', '0'), `"${'x'.repeat(70_000)}"`],
  ),
  fc.json({ maxDepth: 3 }),
);
/** What a field may hold that is asked for, so that a message gets further. */
const fitting = fc.constantFrom(
  ...['"guid"', '"alice"', '"pbx"', '"tel:"', '"busy"', '"microsoft365"', '["PbxAdminApi"]', '1'],
  ...['[{"contact":"tel:","activity":"away","note":"n"}]', '{"guid":"guid","h323":"alice"}'],
  ...['[{"name":"microsoft365","presence":true}]', '{"appobj":"microsoft365","pbx":"pbx"}'],
);
const FIELDS = [
  ...['api', 'src', 'error', 'errorText', 'columns', 'presence', 'user', 'srcs', 'domain', 'pbx'],
  ...['apis', 'up', 'ok', 'dns', 'addr', 'module', 'http', 'https', 'app', 'info', 'digest'],
  ...['challenge', 'sip', 'guid', 'dn', 'contact', 'toString', '__proto__', 'hasOwnProperty'],
];
const fields = fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(hostile, fitting), {
  maxKeys: 6,
  noNullPrototype: true,
});
const messageOf = (mts: readonly string[]) =>
  fc
    .tuple(fc.oneof(fc.constantFrom(...mts.map((mt) => `"${mt}"`)), hostile), fields)
    .map(([mt, said]) => {
      const rest = Object.entries(said).map(([name, value]) => `,"${name}":${value}`);
      return `{"mt":${mt}${rest.join('')}}`;
    });

const check = (property: fc.IPropertyWithHooks<[string[]]>) =>
  fc.assert(property, { seed, numRuns });

test('before the login, of a PBX that dials us', () => {
  const awaited = [
    { name: 'pbx', credentials: { app: 'microsoft365', password: 'secret' } },
    { name: 'branch', credentials: { app: 'microsoft365', password: 'other' } },
  ];
  const said = fc.array(messageOf(['AppLogin', 'AppChallenge', 'PbxInfo']), { maxLength: 5 });
  check(
    fc.property(said, (texts) => {
      for (const text of texts) {
        for (const challenge of [undefined, '0123456789abcdef']) {
          const move = nextAdmissionMove(challenge, text, awaited, () => 'fresh');
          expect(move.kind).not.toBe('admitted');
          if (move.kind !== 'ignore') JSON.stringify(move.message);
          if (move.kind === 'refused') admissionRefused(move.refused, move.pbx?.credentials.app);
        }
      }
    }),
  );
});

test('before the login, of a PBX that we dial', () => {
  const mts = ['AppChallengeResult', 'AppLoginResult', 'Error'];
  check(
    fc.property(fc.array(messageOf(mts), { maxLength: 5 }), (texts) => {
      for (const text of texts) {
        const message = readMessage(text);
        if (!message) continue;
        for (const step of ['challenged', 'answered'] as const) {
          const move = nextLoginMove(step, message, { app: 'microsoft365', password: 'secret' });
          if (move.kind === 'refused') loginRefused('microsoft365', move.detail);
        }
      }
    }),
  );
});

const PUSHED = [
  ...['PbxInfo', 'AppInfo', 'KeepAlive', 'MonitorConfigInfo', 'ReplicateAdd', 'ReplicateUpdate'],
  ...['ReplicateDel', 'PresenceUpdate', 'PresenceState', 'MonitorUnallowedAdd'],
  ...['MonitorUnallowedDel', 'MonitorConfigResult', 'GetLocationResult', 'Error'],
];
const ALICE = '{"guid":"guid","h323":"alice","cn":"Alice","loc":"other"}';

/** Answers what was asked as a PBX in good order does. */
function goodAnswer({ mt, src }: Record<string, unknown>, asked: Map<unknown, number>): string {
  asked.set(mt, (asked.get(mt) ?? 0) + 1);
  const row = mt === 'ReplicateNext' && asked.get(mt) === 1 ? `,"columns":${ALICE}` : '';
  return `{"mt":"${mt}Result","src":"${src}","ok":true${row}}`;
}

const PBX_INFO = '{"mt":"PbxInfo","pbx":"pbx","domain":"example.com","apis":["PbxAdminApi"]}';
const MT = /^\{"mt":("(\\.|[^"\\])*"|[^,}]*)/;

/**
 * A session on a line that a test holds: each step is a push, and the answer to what waits longest for one.
 * The line has no guard as the real one: what throws fails the test.
 * @param isGreeted the PBX says who it is and has its users read in good order before the first step
 */
async function play(steps: readonly string[], isGreeted: boolean) {
  const clock = fakeClock(0);
  const { log } = fakeLog();
  const line = new FakeLine();
  const post = new Post();
  const stop = new AbortController();
  const frames: UpFrame[] = [];
  const located: Promise<unknown>[] = [];
  const relay: Relay = new Relay(
    ['pbx'],
    { soon: (then) => void clock.after(0, then), later: (then) => void clock.after(20, then) },
    (home, toldBy) => {
      located.push(
        relay.locate(toldBy, home).then((at) => at && urlsOf(at, 'wss://pbx.test/PBX0/x')),
      );
    },
  );
  relay.tunnelUp(
    (frame) => frames.push(frame),
    welcomeFrame({ agentId: 'agent-1', epoch: 1, role: 'leading' }),
  );
  relay.tunnelSaid(watchFrame({ epoch: 1, list: 1, last: true, guids: ['guid'], licence: 'lic' }));
  const credentials = { app: 'microsoft365', password: 'secret' };
  const target = { name: 'pbx', credentials, post, url: 'ws://here/microsoft365' };
  post.deliver(line);
  const ended = awaitOnce(target, relay.earsOf('pbx'), { clock, log }, stop.signal);
  await clock.pass(1);
  const asked = new Map<unknown, number>();
  const open: Record<string, unknown>[] = [];
  const next = () => {
    open.push(...line.take().filter(({ src }) => src !== undefined));
    return open.shift();
  };
  if (isGreeted) {
    line.hear(PBX_INFO);
    await clock.pass(1);
    for (let it = next(); it; it = next()) line.hear(goodAnswer(it, asked));
  }
  for (const [at, step] of steps.entries()) {
    const first = next();
    if (first) line.hear(step.replace(MT, `{"mt":"${first['mt']}Result"`));
    line.hear(step);
    const write = { guid: 'guid', write: at, contact: 'tel:', activity: 'busy' };
    relay.tunnelSaid(setFrame({ epoch: 1, ...write }));
    await clock.pass(100);
  }
  await clock.pass(2_000);
  stop.abort();
  const why = await ended;
  const tracker = new Tracker(clock.now);
  tracker.part('pbx').down(why);
  relay.pbxDown('pbx', why);
  await clock.pass(1_000);
  await Promise.all(located);
  JSON.stringify(reportOf(tracker, { version: '1', edge: 'x', agentId: 'a' }));
  return frames;
}

test('after the login, whatever it pushes and answers', { timeout: 60_000 }, async () => {
  const steps = fc.array(messageOf(PUSHED), { minLength: 1, maxLength: 14 });
  let users = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (texts, isGreeted) => {
      const frames = await play(texts, isGreeted);
      for (const frame of frames) {
        upFrame().parse(JSON.parse(JSON.stringify(frame)));
        expect(JSON.stringify(frame).length).toBeLessThan(MAX_FRAME_LENGTH);
      }
      if (frames.some(({ t }) => t === 'users')) users += 1;
    }),
    { seed, numRuns, endOnFailure: true },
  );
  // It gets as far as a list of users often enough to be of worth.
  expect(users).toBeGreaterThan(numRuns / 4);
});
