// How a running agent is, in one piece: what `/status` serves and `presence-agent status` prints.
import { z } from 'zod';
import { spanText } from './outage.ts';
import type { Tracker } from './tracker.ts';

export const report = z.object({
  version: z.string(),
  /** The connector's URL. */
  edge: z.string(),
  agentId: z.string(),
  /** Epoch ms */
  startedAt: z.number(),
  ready: z.boolean(),
  role: z.enum(['leading', 'standby']).nullable(),
  memoryMb: z.number(),
  parts: z.array(
    z.object({
      name: z.string(),
      up: z.boolean(),
      since: z.number(),
      users: z.number().optional(),
      fault: z.object({ code: z.string(), detail: z.string() }).optional(),
    }),
  ),
});
export type Report = z.infer<typeof report>;

export function reportOf(
  tracker: Tracker,
  about: { version: string; edge: string; agentId: string },
): Report {
  const { version, edge, agentId } = about;
  return {
    ...{ version, edge, agentId },
    startedAt: tracker.startedAt,
    ready: tracker.isReady,
    role: tracker.role ?? null,
    memoryMb: Math.round(process.memoryUsage.rss() / 1_048_576),
    parts: tracker.all().map(({ name, up, since, fault }) => {
      const users = tracker.users.get(name.replace(/^pbx /, ''));
      return {
        ...{ name, up, since },
        ...(users === undefined ? {} : { users }),
        ...(fault ? { fault } : {}),
      };
    }),
  };
}

/** The same for people. */
export function reportLines(it: Report, now: number): string[] {
  const role = { leading: ', leading', standby: ', standing by for another agent' };
  return [
    `presence-agent ${it.version}, running for ${spanText(now - it.startedAt)}, ${it.memoryMb} MB`,
    `agent ${it.agentId} of ${it.edge}`,
    it.ready ? `ready${it.role ? role[it.role] : ''}` : 'NOT READY',
    ...it.parts.map(({ name, up, since, users, fault }) => {
      const state = up ? 'connected' : 'not connected';
      const many = users === undefined ? '' : `, ${users} users`;
      const why = fault ? ` (${fault.detail})` : '';
      return `  ${name}: ${state} for ${spanText(now - since)}${many}${why}`;
    }),
  ];
}
