// What the agent's log gives away, with the real process: what people's presence is at debug only, secrets
// nowhere; and each line is one that a program can read.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startAgent, stopAgent } from '../sim/demo/agent-process.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage, type Stage } from './stage.ts';

interface Line {
  time: string;
  level: 'debug' | 'info' | 'warn' | 'error';
  part?: string;
  text: string;
}

const NOTE = 'at the dentist until five';
let stage: Stage;
onStage('agent-log', (ready) => {
  stage = ready;
});

/** All that an agent says while people change, and both its lines are lost and come back. */
async function logOf(...words: string[]): Promise<string[]> {
  const { demo, cast } = stage;
  await stopAgent(demo.agent);
  const said: string[] = [];
  const agent = startAgent(['run', '--config', demo.configFile, ...words], (line) =>
    said.push(line),
  );
  try {
    await cast.allGreen();
    cast.pbx('bob').setPresence('dnd', NOTE);
    await becomes(cast.inTeams('bob'), 'DoNotDisturb/DoNotDisturb');
    cast.teams('alice').choose('Busy');
    await becomes(cast.onPbx('alice'), 'busy');
    await demo.lab.pbx.reboot({ downMs: 300 });
    await demo.restartEdge('kill');
    await eventually(
      () => said.filter((line) => line.includes('connected again after')).length,
      (times) => times === 2,
    );
    await cast.allGreen();
    await cast.quiet('alice');
    cast.pbx('bob').setPresence('');
    await cast.bothSidesEqual();
  } finally {
    await stopAgent(agent);
  }
  return said;
}

/** What is about somebody's presence. */
const presences = () => {
  const { pbx } = stage.demo.lab;
  const people = pbx.users().flatMap(({ guid, h323, cn }) => [guid, h323, cn]);
  return [...people, NOTE, 'dnd', 'busy', 'DoNotDisturb', 'Busy'];
};

async function secrets(): Promise<string[]> {
  const { demo } = stage;
  const identity = join(dirname(demo.configFile), 'agent', 'identity.json');
  const { credential, privateKey } = JSON.parse(await readFile(identity, 'utf8'));
  return [demo.lab.pbx.password, credential, privateKey.d, '"digest"', 'Bearer '];
}

const saidOf = (lines: string[], words: string[]) =>
  lines.filter((line) => words.some((word) => line.includes(word)));

describe('the agent says', () => {
  let verbose: Line[];
  let usual: string[];
  beforeAll(async () => {
    usual = await logOf();
    verbose = (await logOf('--verbose', '--log', 'json')).map((line) => JSON.parse(line) as Line);
  }, 90_000);

  it('one line when a line is lost, and one when it is back', () => {
    const about = (part: string) =>
      usual.filter((line) => line.includes(` ${part}: `)).map((line) => line.split(' ')[1]);
    for (const part of ['tunnel', 'PBX pbx']) expect(about(part)).toEqual(['info', 'warn', 'info']);
  });

  it('nothing of anybody’s presence, unless it is asked to say everything', () => {
    expect(saidOf(usual, presences())).toEqual([]);
    const above = verbose.filter(({ level }) => level !== 'debug').map(({ text }) => text);
    expect(above.length).toBeGreaterThan(4);
    expect(saidOf(above, presences())).toEqual([]);
    const all = verbose.map(({ text }) => text);
    expect(saidOf(all, [NOTE])).not.toEqual([]);
  });

  it('no secret, whatever it is asked to say', async () => {
    const all = [...usual, ...verbose.map(({ text }) => text)];
    expect(saidOf(all, await secrets())).toEqual([]);
  });

  it('lines that a program can read', () => {
    for (const { time, level, text } of verbose) {
      expect(Number.isNaN(Date.parse(time))).toBe(false);
      expect(level).toMatch(/^(debug|info|warn|error)$/);
      expect(text.length).toBeGreaterThan(0);
    }
  });
});
