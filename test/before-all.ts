// Before the tests in Node: what many of them start is made once. Left to themselves they find it old at the
// same moment, and each makes its own.
import type { TestProject } from 'vitest/node';
import { bundle } from '../edge/self-hosted/bundle.ts';
import { EDGE } from '../edge/self-hosted/start-edge.ts';
import { agentMade } from './sim/demo/agent-program.ts';

export async function setup({ vitest }: TestProject): Promise<void> {
  // Whoever named files may need none of it, and what needs it makes it. The types do not tell of this member;
  // without it all is made.
  const { filenamePattern } = vitest as { filenamePattern?: string[] };
  if (filenamePattern !== undefined) return;
  await Promise.all([
    agentMade(),
    bundle(EDGE.wranglerConfig, EDGE.bundleDir, new AbortController().signal),
  ]);
}
