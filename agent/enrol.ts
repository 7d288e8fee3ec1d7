// `presence-agent enrol`: makes the key pair, trades the one-time code for an identity, and stores it.
import { exportJWK, generateKeyPair } from 'jose';
import { z } from 'zod';
import { AGENT_KEY_ALG } from '../shared/agent-auth.ts';
import { DEFAULT_STATE_DIR } from './config.ts';
import { readConfig } from './config-files.ts';
import { type EdgeUrl, parseEdgeUrl } from './edge-url.ts';
import { type NewIdentity, prepareIdentity, privateJwk } from './identity.ts';
import { failureOf } from './line-failure.ts';
import { Refusal } from './refusal.ts';

export interface EnrolOptions {
  /** As typed. */
  readonly url: string;
  readonly code: string;
  readonly configFile: string;
  /** One line for the admin. */
  say(line: string): void;
  fetch: typeof fetch;
}

const TIMEOUT_MS = 15_000;
const enrolled = z.object({ agentId: z.string().min(1), credential: z.string().min(1) });

/** Enrols this machine. Everything that goes wrong is a Refusal that says what to do. */
export async function enrol({ url, code, configFile, say, fetch }: EnrolOptions): Promise<void> {
  const parsed = parseEdgeUrl(url);
  if (!parsed.ok) throw new Refusal(`The connector URL ${parsed.problem}.`);
  const { edge } = parsed;
  const config = await readConfig(configFile);
  if (!config) say(`There is no ${configFile} yet; going on without it.`);
  if (config?.edge && config.edge.href !== edge.href) {
    throw new Refusal(
      `"edge" in ${configFile} is ${config.edge.href}, but the enrolment is for ${edge.href}: use the same URL in both.`,
    );
  }
  const stateDir = config?.state_dir ?? DEFAULT_STATE_DIR;
  if (!config?.state_dir) say(`"state_dir" is not set; using ${DEFAULT_STATE_DIR}.`);

  const { publicKey, privateKey } = await generateKeyPair(AGENT_KEY_ALG, { extractable: true });
  const place = await prepareIdentity(stateDir);
  const identity = await trade(edge, code, await exportJWK(publicKey), fetch, place);
  try {
    await place.save({
      edge: edge.href,
      ...identity,
      privateKey: privateJwk.parse(await exportJWK(privateKey)),
    });
  } catch (error) {
    await place.discard();
    throw new Refusal(
      `The identity could not be written to ${stateDir} (${(error as NodeJS.ErrnoException).code}), and the code is used up: make room and enrol with a new code.`,
    );
  }
  say(`Enrolled as agent ${identity.agentId} of ${edge.connector}.`);
  say(`Key and identity are in ${stateDir}; they stay on this machine.`);
  if (config?.pbx.length) say('Next: presence-agent run');
  else
    say(`Next: describe the PBX in ${configFile} in a [[pbx]] section, then: presence-agent run`);
}

async function trade(
  edge: EdgeUrl,
  code: string,
  publicKey: object,
  fetch: EnrolOptions['fetch'],
  place: NewIdentity,
): Promise<z.infer<typeof enrolled>> {
  try {
    const response = await ask(`${edge.href}/enrol`, { code, publicKey }, fetch);
    const body = await response.text();
    if (response.status !== 201) throw refused(edge, response, body);
    const answer = enrolled.safeParse(jsonOf(body)).data;
    if (!answer) throw notAnEdge(edge, response);
    return answer;
  } catch (error) {
    await place.discard();
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      `The answer of ${edge.href} broke off (${reasonOf(error)}): make a new code and try again.`,
    );
  }
}

/** A redirect is not followed: a one-time code goes to the edge or nowhere. */
async function ask(url: string, body: object, fetch: EnrolOptions['fetch']): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new Refusal(
      `No connection to ${url} (${reasonOf(error)}): check the URL, the name server and whether the firewall lets this machine out to it.`,
    );
  }
}

function refused(edge: EdgeUrl, response: Response, body: string): Refusal {
  const { status } = response;
  if (status >= 500)
    return new Refusal(`The edge cannot serve just now (HTTP ${status}): try again in a minute.`);
  if (status < 400 || /\bhtml\b/i.test(response.headers.get('content-type') ?? '')) {
    return notAnEdge(edge, response);
  }
  switch (status) {
    case 410:
      return new Refusal(
        'This code has been used or has expired: make a new one on the admin page.',
      );
    case 401:
    case 403:
      return new Refusal(
        `The edge does not accept this code for ${edge.connector}: copy code and URL together from the admin page.`,
      );
    case 404:
      return new Refusal(
        `The edge does not know the connector ${edge.connector}: check the two names at the end of the URL, or save the connector's settings first.`,
      );
    case 429:
      return new Refusal('The edge was asked too often: wait a minute and try again.');
    default: {
      const detail = (jsonOf(body) as { detail?: unknown } | undefined)?.detail;
      const because = typeof detail === 'string' ? `: ${detail.slice(0, 300)}` : '';
      return new Refusal(`The edge refuses the enrolment (HTTP ${status})${because}.`);
    }
  }
}

const notAnEdge = (edge: EdgeUrl, { status }: Response): Refusal =>
  new Refusal(
    `${edge.href} answered (HTTP ${status}), but not as the edge does: a proxy or a sign-in page of the network may stand between, or the URL is wrong.`,
  );

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch says "fetch failed" and keeps the reason in its cause. */
function reasonOf(error: unknown): string {
  const { cause, name } = error as Error;
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const failure = failureOf((cause ?? error) as Error);
  return 'detail' in failure ? failure.detail : failure.kind;
}
