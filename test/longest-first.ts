// In which order test files begin: the longest first, so that none of them is still running when all others
// are done; and those in Node, which mostly wait, beside those inside workerd, which need a processor.
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that mostly wait, and for so long that they have to begin first. */
const WAITING = names('test/scenario', 'graph-down microsoft-lines tunnel-faults pbx-faults');

/** Beside them whatever runs inside workerd, and needs a processor all the time: these, then all others there. */
const WORKING = [
  ...names('test/edge/cloud', 'graph-down'),
  ...names('test/edge/connector', 'teams-outbox sweep'),
  ...names('test/edge/cloud', 'economy'),
  ...names('test/edge/connector', 'burst presence subscribe'),
  ...names('test/edge/cloud', 'evicted throwing'),
  ...names('test/edge/connector', 'device-account ending timeline directory large-tenant'),
];

/** Then what takes more than ten seconds, with setting its stage, the longest first. */
const LONG = [
  ...names('test/page', 'accessibility admin-page users'),
  ...names('test/scenario', 'lamps clock-set'),
  ...names('test/agent', 'doctor/doctor main'),
  ...names('test/scenario', 'renewal-failing'),
  ...names('test/page', 'interrupted'),
  ...names('test/scenario', 'many-accounts users-change pbx-line burst'),
  ...names('test/edge-node', 'launcher'),
  ...names('test/scenario', 'throttled'),
  ...names('test/page', 'setup rules'),
  ...names('test/scenario', 'login-hangs subscription-lost two-agents hours'),
  ...names('test/page', 'remove-connector setup-on-a-phone'),
  ...names('test/scenario', 'agent-key killed-at-random clouds restarts marks'),
  ...names('test/contract', 'pbx-peer'),
  ...names('test/sim/microsoft', 'independent-client'),
];

/** All that are named; `longest-first.test.ts` looks whether they are there. */
export const NAMED = [...WAITING, ...WORKING, ...LONG];

function names(folder: string, files: string): string[] {
  return files.split(' ').map((name) => `${folder}/${name}.test.ts`);
}

/** A file that should be named and is not costs seconds, no more. Vitest orders the others, by project. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const nameOf = ({ moduleId }: TestSpecification) => relative(this.ctx.config.root, moduleId);
    const left = new Map((await super.sort(files)).map((file) => [nameOf(file), file]));
    const take = (wanted: readonly string[]) =>
      wanted.flatMap((name) => {
        const file = left.get(name);
        left.delete(name);
        return file ?? [];
      });
    const insideWorkerd = () => [...left.keys()].filter((name) => name.startsWith('test/edge/'));
    return [WAITING, WORKING, insideWorkerd, LONG, () => [...left.keys()]].flatMap((next) =>
      take(typeof next === 'function' ? next() : next),
    );
  }
}
