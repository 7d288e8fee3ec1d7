// The words of an app service: what a PBX that dials us says about itself, and what we answer.
import { z } from 'zod';
import type { PbxRequest } from './messages.ts';

const word = z.string().optional().catch(undefined);
const field = z.string().default('');

/** AppLogin as the PBX sends it. `pbxObj` and whatever else may be there does not count. */
export const receivedLogin = z.object({
  app: field,
  domain: field,
  sip: field,
  guid: field,
  dn: field,
  digest: z.string(),
  info: z.looseObject({ appobj: word, pbx: word }).optional(),
});
export type ReceivedLogin = z.infer<typeof receivedLogin>;

/** Sent by the PBX after its login; `apis` are the boxes ticked at the App object. */
export const pbxInfo = z.object({
  pbx: word,
  domain: word,
  apis: z.array(z.string()).optional().catch(undefined),
});

export const appInfoRequest = z.object({ app: word });

export const challengeResult = (challenge: string): PbxRequest => ({
  mt: 'AppChallengeResult',
  challenge,
});
export const loginResult = (
  { app, domain }: Pick<ReceivedLogin, 'app' | 'domain'>,
  ok: boolean,
): PbxRequest => ({
  mt: 'AppLoginResult',
  app,
  ...(domain ? { domain } : {}),
  ok,
  // One text for every reason: a stranger must not learn which names exist.
  ...(ok ? {} : { error: 1, errorText: 'Login failed' }),
});
/** We offer nothing to apps: the PBX stores at the App object that there is no API. */
export const appInfoResult = (app: string | undefined): PbxRequest => ({
  mt: 'AppInfoResult',
  ...(app === undefined ? {} : { app }),
  info: { apis: {} },
  serviceInfo: { apis: {} },
});
