// `presence-agent doctor`: looks at everything between PBX and edge, one check after the other, and says
// of each fault what to do.
import { writeFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Environment } from '../config-files.ts';
import type { WayOut } from '../outward/way-out.ts';
import { Refusal } from '../refusal.ts';
import { reportAt } from '../status.ts';
import { checkEdge } from './check-edge.ts';
import { checkPbx } from './check-pbx.ts';
import { checkSettings, type Known } from './check-settings.ts';
import { type Finding, findingLines, findingsAbout } from './finding.ts';
import { supportFile } from './support-file.ts';

export interface DoctorOptions {
  readonly configFile: string;
  readonly json: boolean;
  /** A file for support, without secrets and names of users. */
  readonly reportFile?: string;
  say(line: string): void;
}

export interface DoctorDeps {
  readonly clock: Clock;
  readonly env: Environment;
  readonly proxyFor: WayOut['proxyFor'];
  readonly about: { readonly version: string; readonly platform: string };
}

/** Answers whether nothing is wrong. */
export async function doctor(
  { configFile, json, reportFile, say }: DoctorOptions,
  deps: DoctorDeps,
): Promise<boolean> {
  const findings: Finding[] = [];
  const take = (finding: Finding) => {
    findings.push(finding);
    if (!json) for (const line of findingLines(finding)) say(line);
  };
  const known = await checkSettings(configFile, deps, take);
  await checkRunning(known, take);
  if (known.edge) await checkEdge({ ...known, edge: known.edge, now: deps.clock.now }, take);
  else findingsAbout('edge', take).skipped('edge', 'not enrolled, and "edge" is not set');
  for (const target of known.targets) await checkPbx(target, deps.clock, take);
  for (const { name, url } of known.config?.pbx ?? []) {
    if (url !== undefined) continue;
    const it = findingsAbout(`PBX ${name}`, take);
    it.skipped('pbx', 'it dials the agent ([listen]): whether it does, "status" and the log say');
  }

  if (json) say(JSON.stringify(findings, null, 2));
  else say(summary(findings));
  if (reportFile) await save(reportFile, await supportFile(configFile, findings, known, deps), say);
  return findings.every(({ state }) => state !== 'fault');
}

/** Asked of the agent that runs on this machine, if it can be asked. */
async function checkRunning({ config }: Known, take: (finding: Finding) => void): Promise<void> {
  const it = findingsAbout('this machine', take);
  if (!config?.health) {
    it.skipped('running', '"health" is not set: no agent can be asked');
    return;
  }
  const report = await reportAt(config.health);
  if (!report) {
    const action = 'presence-agent install-service, or presence-agent run';
    it.warning('agent-not-running', 'no agent is running here', action);
    return;
  }
  if (report.ready) {
    it.ok('running', `an agent is running (${report.role ?? 'no tunnel'})`);
    return;
  }
  const down = report.parts.filter(({ up }) => !up);
  const text = `the running agent is not connected: ${down.map(({ name, fault }) => `${name} (${fault?.detail})`).join('; ')}`;
  it.warning('agent-not-ready', text, 'the checks below should show why');
}

function summary(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) =>
    findings.filter((finding) => finding.state === state).length;
  const faults = count('fault');
  const warnings = count('warning');
  if (faults === 0 && warnings === 0) return 'All well.';
  return `${faults} ${faults === 1 ? 'fault' : 'faults'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`;
}

async function save(file: string, text: string, say: (line: string) => void): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Refusal(`The report ${file} cannot be written (${code}).`);
  }
  say(
    `Report for support: ${file}, without passwords, keys and names of users. Look at it before you send it.`,
  );
}
