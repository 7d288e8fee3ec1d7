// `presence-agent status`: asks the running agent on this machine how it is.
import { request } from 'node:http';
import type { HostPort } from './config.ts';
import { readConfig } from './config-files.ts';
import { Refusal } from './refusal.ts';
import { type Report, report, reportLines } from './report.ts';
import { TASK } from './service/windows-task.ts';

export interface StatusOptions {
  readonly configFile: string;
  readonly json: boolean;
  say(line: string): void;
  /** Epoch ms. */
  now(): number;
}

const TIMEOUT_MS = 3_000;

/** Says how the agent is; answers whether it is ready. That nobody runs is a Refusal. */
export async function status({ configFile, json, say, now }: StatusOptions): Promise<boolean> {
  const config = await readConfig(configFile);
  if (!config) throw new Refusal(`There is no configuration file ${configFile}.`);
  if (!config.health) {
    throw new Refusal(
      `"health" is not set in ${configFile}, so a running agent cannot be asked: add health = "127.0.0.1:9470" and restart it.`,
    );
  }
  const it = await reportAt(config.health);
  if (!it) {
    const service =
      process.platform === 'win32'
        ? `the task "${TASK}" in the Task Scheduler`
        : '"systemctl status presence-agent"';
    throw new Refusal(
      `No agent answers at ${config.health.host}:${config.health.port} ("health" in ${configFile}): it does not run, or with another configuration. Start it with "presence-agent run", or see ${service}.`,
    );
  }
  if (json) say(JSON.stringify(it, null, 2));
  else for (const line of reportLines(it, now())) say(line);
  return it.ready;
}

/** What the agent at this address says of itself; `undefined` where none answers. */
export function reportAt({ host, port }: HostPort): Promise<Report | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      { host, port, path: '/status', agent: false, timeout: TIMEOUT_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(parsed(text)));
        response.on('error', () => resolve(undefined));
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

function parsed(text: string): Report | undefined {
  try {
    return report.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
