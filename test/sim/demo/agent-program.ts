// The agent as it is installed, one file, for whoever starts it as a process: it is there in a fifth of the
// time that Node takes for its sources, and tests start it two hundred times.
import { join } from 'node:path';
import { agentCode } from '../../../agent/build/build-agent.ts';
import { makeWhereOld, ROOT } from '../../../edge/build/made-from.ts';

// Apart from dist/agent, which is made anew at any time by whoever builds it.
const OUT = join(ROOT, 'dist', 'test', 'agent');
const FILE = 'presence-agent.mjs';

/** Where it lies once it is made. */
export const AGENT_PROGRAM = join(OUT, FILE);

let made: Promise<void> | undefined;

/** Brings it up to date, once in the life of this process. */
export const agentMade = (): Promise<void> =>
  (made ??= makeWhereOld({
    out: OUT,
    files: [FILE],
    sources: [join(ROOT, 'agent'), join(ROOT, 'shared'), join(ROOT, 'package.json')],
    make: async () => ({ [FILE]: await agentCode('es') }),
  }));
