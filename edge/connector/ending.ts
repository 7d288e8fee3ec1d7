// The end of a connector: takes back everything of ours on both sides, and forgets the rest. It may be
// broken off at any point; whoever goes on does what is left.
import { CLOSE } from '../../shared/protocol/close-codes.ts';
import type { Context } from './context.ts';
import type { Parts } from './parts.ts';

const ENDING = 'ending';
/** How long whoever deletes is kept waiting, in ms. What is left then is done by the clock. */
const WAIT_MS = 15_000;
/** What Microsoft refused to take back for so long, in ms, is left to expire. */
const PATIENCE_MS = 15 * 60_000;
/** When to go on with what was left, in ms. */
const AGAIN_MS = 5_000;

export const isEnding = ({ database }: Pick<Context, 'database'>): boolean =>
  database.read(ENDING) !== undefined;

/** From here on the connector is gone for everybody else. */
export function beginEnding(parts: Parts): void {
  const { context, pairs, farewellDesk, accounts, agents, listeners } = parts;
  context.database.transaction(() => {
    context.database.write(ENDING, context.now());
    for (const pair of pairs.all()) {
      farewellDesk.letGo(parts.desk.rules, pair);
      pairs.remove(pair);
    }
    for (const { id } of accounts.all()) accounts.remove(id);
  });
  agents.closeAll(CLOSE.connectorDeleted, 'The connector was deleted.');
  listeners.dismissAll();
}

/** Does what is left; says whether that was all. Then nothing is stored any more. */
export async function end(parts: Parts): Promise<boolean> {
  const { context, publisher, accounts, outbox } = parts;
  const again = context.now() + AGAIN_MS;
  // Set before: this may not live to its end.
  context.wakeBy(again);
  outbox.sayFarewells();
  const [published, dismissed] = await withinMs(
    WAIT_MS,
    Promise.allSettled([publisher.unpublish(), accounts.dismiss(), outbox.rest()]),
  );
  if (context.database.over) return false;
  for (const failure of [published, dismissed]) {
    if (failure?.status !== 'rejected') continue;
    context.log('warn', 'ending-postponed', { detail: String(failure.reason) });
  }
  const forgotten = published?.status === 'fulfilled' && dismissed?.status === 'fulfilled';
  if (!forgotten || isOwed(parts)) {
    context.wakeBy(context.now() + AGAIN_MS);
    return false;
  }
  await context.database.erase();
  return true;
}

/** Whether Microsoft may still take something back. */
function isOwed({ context, farewells, microsoft }: Parts): boolean {
  if (farewells.teams().length === 0) return false;
  const { signIn } = microsoft;
  if (signIn.state === 'failed' && signIn.fault.retryAt === null) return false;
  return context.now() - (context.database.read<number>(ENDING) ?? 0) < PATIENCE_MS;
}

/** What came of it within the time; `[]` where that was too short. */
async function withinMs<T>(ms: number, work: Promise<T[]>): Promise<T[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T[]>((resolve) => {
    timer = setTimeout(() => resolve([]), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
