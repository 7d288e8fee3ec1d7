// Secrets are never in a log, an answer of the API, a URL, or in clear on the edge's disk.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast } from './cast.ts';
import { becomes } from './eventually.ts';
import { onStage } from './stage.ts';

let demo: SetUp;
let cast: Cast;
let stateDir: string;
let lines: string[];
const answers: string[] = [];
onStage('secrets', (stage) => {
  ({ demo, cast, stateDir, lines } = stage);
});

beforeAll(async () => {
  // Life, faults and refusals: whatever might make somebody talk.
  cast.teams('alice').choose('Busy');
  await becomes(cast.onPbx('alice'), 'busy');
  cast.pbx('bob').setPresence('dnd');
  await becomes(cast.inTeams('bob'), 'DoNotDisturb/DoNotDisturb');
  await everyAnswer();
  const { username } = demo.lab.microsoft.account;
  await ask('POST', '/api/accounts', { username: `other-${username}`, password: CANARY });
  await ask('PATCH', '/api/settings', { clientSecretSyncToTeams: CANARY });
  await cast.lamps();
  await demo.restartAgent();
  await demo.restartEdge('kill');
  await everyAnswer();
}, 90_000);

/** A secret that is wrong: refusals must not repeat it. */
const CANARY = 'canary-3f9a51c7-not-to-be-seen';

async function ask(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${demo.connectorUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${demo.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  answers.push(`${[...answer.headers].join('\n')}\n${await answer.text()}`);
}

async function everyAnswer(): Promise<void> {
  for (const path of ['settings', 'status', 'users', 'accounts', 'agents', 'audit', 'session']) {
    await ask('GET', `/api/${path}`);
  }
  for (const id of ['tokenForReading', 'tokenForWriting', 'teamsUsers', 'subscriptions']) {
    await ask('POST', `/api/checks/${id}`);
  }
  await ask('PUT', '/api/settings', { clientSecretSyncToTeams: [CANARY] });
  await ask('POST', '/api/accounts', { username: 'x', password: { secret: CANARY } });
}

/** Every secret that the edge has been told or was given; none of it is the agent's. */
const secrets = () => ({
  'admin token': demo.adminToken,
  'client secret': demo.lab.microsoft.clientSecret,
  'password of the Teams account': demo.lab.microsoft.account.password,
  'wrong secret': CANARY,
  'password on the PBX': demo.lab.pbx.password,
  // Header of every access token that the simulator issues.
  'access token': Buffer.from('{"alg":"RS256"').toString('base64url').slice(0, 18),
});

const found = (text: string): string[] =>
  Object.entries(secrets())
    .filter(([, secret]) => text.includes(secret))
    .map(([name]) => name);

describe('no secret', () => {
  it('is in a log of edge or agent', () => {
    expect(lines.length).toBeGreaterThan(0);
    expect(found(lines.join('\n'))).toEqual([]);
  });

  it('is in an answer of the API', () => {
    expect(answers.length).toBeGreaterThan(20);
    expect(found(answers.join('\n'))).toEqual([]);
  });

  it('is in a URL that Microsoft sees', () => {
    const urls = demo.lab.microsoft.records.requests.map(
      ({ path, query }) => path + JSON.stringify(query),
    );
    expect(urls.length).toBeGreaterThan(5);
    expect(found(urls.join('\n'))).toEqual([]);
  });

  it("is in clear on the edge's disk", async () => {
    const files = await filesBelow(join(stateDir, 'edge'));
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const content = await readFile(file, 'latin1');
      expect([file, found(content)]).toEqual([file, []]);
    }
  });

  it("of the agent's can be read by anybody else", async () => {
    for (const file of await filesBelow(join(stateDir, 'agent'))) {
      expect((await stat(file)).mode & 0o077).toBe(0);
    }
  });
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
