// `presence-agent enrol`: makes the key pair, trades the one-time code for an identity, and stores it.
import { z } from 'zod';
import { edgeCa, readConfig } from './config-files.ts';
import { type EdgeUrl, parseEdgeUrl } from './edge-url.ts';
import { type NewIdentity, prepareIdentity } from './identity.ts';
import { newKeyPair } from './key-pair.ts';
import type { LineFailure } from './line-failure.ts';
import { askBy, type HttpAnswer, problemIn } from './outward/ask.ts';
import type { WayOut } from './outward/way-out.ts';
import { places } from './places.ts';
import { Refusal } from './refusal.ts';
import { tunnelNotOpened } from './tunnel/endings.ts';

export interface EnrolOptions {
  /** As typed. */
  readonly url: string;
  readonly code: string;
  readonly configFile: string;
  /** One line for the admin. */
  say(line: string): void;
  proxyFor: WayOut['proxyFor'];
  /** Epoch ms. */
  now(): number;
}

const TIMEOUT_MS = 15_000;
const enrolled = z.object({ agentId: z.string().min(1), credential: z.string().min(1) });

/** Enrols this machine. Everything that goes wrong is a Refusal that says what to do. */
export async function enrol(options: EnrolOptions): Promise<void> {
  const { url, code, configFile, say, now } = options;
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
  const { problems, ...ca } = await edgeCa(config?.edge_ca_file);
  if (problems.length > 0) throw new Refusal(`${configFile} is not right:`, ...problems);
  const stateDir = config?.state_dir ?? places.stateDir;
  if (!config?.state_dir) say(`"state_dir" is not set; using ${places.stateDir}.`);

  const { publicKey, privateKey } = await newKeyPair();
  const place = await prepareIdentity(stateDir);
  const way = { ...ca, proxyFor: options.proxyFor };
  const identity = await trade(edge, { code, publicKey }, way, place);
  try {
    await place.save({ edge: edge.href, ...identity, privateKey, madeAt: now() });
  } catch (error) {
    await place.discard();
    throw new Refusal(
      `The identity could not be written to ${stateDir} (${(error as NodeJS.ErrnoException).code}), and the code is used up: make room and enrol with a new code.`,
    );
  }
  say(`Enrolled as agent ${identity.agentId} of ${edge.connector}.`);
  say(`Key and identity are in ${stateDir}; they stay on this machine.`);
  if (config?.pbx.length) say('Next: presence-agent doctor, then: presence-agent install-service');
  else
    say(
      `Next: describe the PBX in ${configFile} in a [[pbx]] section, then: presence-agent doctor`,
    );
}

async function trade(
  edge: EdgeUrl,
  body: object,
  way: WayOut,
  place: NewIdentity,
): Promise<z.infer<typeof enrolled>> {
  const url = `${edge.href}/enrol`;
  const asked = await askBy(way)(url, { method: 'POST', body, timeoutMs: TIMEOUT_MS });
  const answer = asked.ok ? answered(edge, asked.answer) : notReached(url, asked.failure);
  if (!(answer instanceof Refusal)) return answer;
  await place.discard();
  throw answer;
}

/** Says the same as the log of a running agent would. */
function notReached(url: string, failure: LineFailure): Refusal {
  const { detail } = tunnelNotOpened(url, failure, 0);
  return new Refusal(`${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`);
}

function answered(edge: EdgeUrl, answer: HttpAnswer): z.infer<typeof enrolled> | Refusal {
  const { status, headers, text } = answer;
  if (status === 201) return enrolled.safeParse(jsonOf(text)).data ?? notAnEdge(edge, status);
  if (status >= 500)
    return new Refusal(`The edge cannot serve just now (HTTP ${status}): try again in a minute.`);
  if (status < 400 || /\bhtml\b/i.test(headers['content-type'] ?? '')) {
    return notAnEdge(edge, status);
  }
  switch (status) {
    case 410:
      return new Refusal(
        `This code has been used or has expired: make a new one on the admin page.`,
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
      const detail = problemIn(text)?.detail;
      return new Refusal(
        `The edge refuses the enrolment (HTTP ${status})${detail ? `: ${detail}` : ''}.`,
      );
    }
  }
}

const notAnEdge = (edge: EdgeUrl, status: number): Refusal =>
  new Refusal(
    `${edge.href} answered (HTTP ${status}), but not as the edge does: a proxy or a sign-in page (captive portal) of the network may stand between, or the URL is wrong.`,
  );

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
