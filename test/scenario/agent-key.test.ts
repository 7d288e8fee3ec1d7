// An agent renews its key at the real edge, and whatever breaks on the way, it is never locked out.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../agent/clock.ts';
import { parseEdgeUrl } from '../../agent/edge-url.ts';
import { type Identity, readIdentity, settled } from '../../agent/identity.ts';
import { newKeyPair } from '../../agent/key-pair.ts';
import { type Ask, askBy } from '../../agent/outward/ask.ts';
import { straight } from '../../agent/outward/way-out.ts';
import { edgeClock } from '../../agent/tunnel/edge-clock.ts';
import { renewKey } from '../../agent/tunnel/key-care.ts';
import { askSelf } from '../../agent/tunnel/self.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { castOf } from './cast.ts';
import { eventually } from './eventually.ts';

let demo: SetUp;
let stateDir: string;
let agentDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'agent-key-'));
  agentDir = join(stateDir, 'agent');
  demo = await setUp({ stateDir, port: 0 });
  await castOf(demo).allGreen();
}, 60_000);

afterAll(async () => {
  await demo?.close();
  await rm(stateDir, { recursive: true, force: true });
});

const stored = async () => (await readIdentity(agentDir)) as Identity;

function callerWith(identity: Identity, ask: Ask) {
  const parsed = parseEdgeUrl(identity.edge);
  if (!parsed.ok) throw new Error(parsed.problem);
  return { edge: parsed.edge, identity, ask, edgeClock: edgeClock(systemClock) };
}

const renew = async (ask: Ask) =>
  renewKey(
    await stored(),
    {
      stateDir: agentDir,
      clock: systemClock,
      caller: (identity) => callerWith(identity, ask),
    },
    new AbortController().signal,
  );

/** What the edge answers to this identity. */
const statusOf = async (identity: Identity) => {
  const asked = await askSelf(callerWith(identity, askBy(straight)), 5_000);
  return asked.ok ? asked.answer.status : 0;
};

/** The agent, started anew, gets in. */
async function comesBack(): Promise<void> {
  await demo.restartAgent();
  await eventually(
    () => demo.admin.get<{ items: { state: string }[] }>('/api/agents'),
    ({ items }) => items[0]?.state === 'leading',
  );
}

/** The line breaks after the edge has done what was asked at `path`. */
const losing =
  (path: string): Ask =>
  async (url, question, signal) => {
    const asked = await askBy(straight)(url, question, signal);
    const lost = { ok: false, failure: { kind: 'network', detail: 'lost' } } as const;
    return url.endsWith(path) ? lost : asked;
  };

it('a renewed key counts at once, and the old one no more', async () => {
  const before = await stored();
  expect(await renew(askBy(straight))).toBe(true);
  const after = await stored();
  expect(after.privateKey.d).not.toBe(before.privateKey.d);
  expect(after.previous).toBeUndefined();
  expect(await statusOf(after)).toBe(200);
  expect(await statusOf(before)).toBe(401);
  await comesBack();
});

it('the answer to the new key is lost: the old one goes on, and a later try succeeds', async () => {
  const before = await stored();
  expect(await renew(losing('/agent/key'))).toBe(false);
  expect(await stored()).toEqual(before);
  await comesBack();
  expect(await renew(askBy(straight))).toBe(true);
  await comesBack();
});

it('the first use of the new key is lost: both are kept, and the tunnel settles it', async () => {
  const before = await stored();
  expect(await renew(losing('/agent'))).toBe(true);
  const between = await stored();
  expect(between.previous?.credential).toBe(before.credential);
  await comesBack();
  await eventually(stored, ({ previous }) => previous === undefined);
  expect((await stored()).credential).toBe(between.credential);
  expect(await statusOf(before)).toBe(401);
});

it('the edge knows nothing of the new key: the agent comes in with the one before', async () => {
  const before = await stored();
  const { privateKey } = await newKeyPair();
  const { credential, privateKey: old } = before;
  // As if a late offer of another key had taken the place of this one.
  const strange = { ...before, privateKey, previous: { credential, privateKey: old } };
  await writeFile(join(agentDir, 'identity.json'), JSON.stringify(strange));
  await comesBack();
  await eventually(stored, ({ previous }) => previous === undefined);
  expect((await stored()).privateKey).toEqual(settled(before).privateKey);
});

it('an agent enrolled anew meanwhile is not overwritten', async () => {
  const before = await stored();
  const file = join(agentDir, 'identity.json');
  const text = await readFile(file, 'utf8');
  const enrolsMeanwhile: Ask = async (url, question, signal) => {
    const asked = await askBy(straight)(url, question, signal);
    await writeFile(file, JSON.stringify({ ...before, credential: 'of a new enrolment' }));
    return asked;
  };
  expect(await renew(enrolsMeanwhile)).toBe(false);
  expect((await stored()).credential).toBe('of a new enrolment');
  await writeFile(file, text);
  await comesBack();
});
