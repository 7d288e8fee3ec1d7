// What a process takes, from /proc: memory and processor time. Linux only; elsewhere 0.
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Clock ticks a second in /proc; the same on every Linux that runs Node. */
const TICKS_PER_S = 100;

/** Resident memory in MB. */
export async function residentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** Share of one core that a process takes over `seconds`, in percent. */
export async function corePercent(pid: number | undefined, seconds: number): Promise<number> {
  const before = await coreSeconds(pid);
  await delay(seconds * 1_000);
  const used = (await coreSeconds(pid)) - before;
  return Math.round((used / seconds) * 1_000) / 10;
}

/** Processor time that a process has used so far, in ms: what it costs, however busy the machine is. */
export const processorMs = async (pid: number | undefined): Promise<number> =>
  1_000 * (await coreSeconds(pid));

/** Processor time that a process has used, in seconds. */
export async function coreSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the process stands in brackets and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_S;
}
