// The settings of one connector: every key, its default, and the sentence for what is wrong with it.
import * as z from 'zod';
import type { FieldError } from '../errors.ts';
import { fieldErrors } from '../field-errors.ts';
import { late } from '../late.ts';
import { PREFERRED_PAIRS, parsePair } from '../presence/mapping.ts';
import { normalActivity, ON_THE_PHONE, OWN_STATE_CONTACT } from '../presence/model.ts';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HOST =
  /^(?=.{3,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** A host name, an IPv4 address or an IPv6 address in brackets, and perhaps a port. */
const AUTHORITY = /^(?:[a-z0-9.-]*[a-z0-9]|\[[0-9a-f:.]+\])\.?(?::\d{1,5})?$/i;

/** What a secret looks like when it is read: never its value. */
export const secretView = late(() => z.object({ set: z.boolean() }).strict());
export type SecretView = z.infer<ReturnType<typeof secretView>>;

/** `null` removes a secret, `{"set":true}` keeps it, a value replaces it. */
const secretInput = <T extends z.ZodType>(value: T) => z.union([value, secretView(), z.null()]);

const clientId = late(() =>
  z.string().refine((id) => GUID.test(id), 'Must be the application (client) id, a GUID.'),
);

const tenant = late(() =>
  z
    .string()
    .refine(
      (value) => GUID.test(value) || HOST.test(value),
      'Must be the tenant id, a GUID, or a domain name of the tenant.',
    ),
);

const masterPbx = late(() =>
  z
    .string()
    .min(1, 'Must be the name of the PBX.')
    .max(256)
    .refine(
      (name) => !name.includes('.'),
      'Must be the name of the PBX, not its DNS name: a PBX name has no dot (good: pbx, bad: pbx.example.com).',
    ),
);

const notificationUrl = late(() =>
  z
    .string()
    .max(2048)
    .superRefine((text, context) => {
      const fault = notificationUrlFault(text);
      if (fault) context.addIssue({ code: 'custom', message: fault });
    }),
);

/** What polling does without: may be left out or empty there. */
const unlessPolling = (schema: z.ZodType<string, string>) =>
  z.union([z.literal(''), schema]).default('');

function notificationUrlFault(text: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)([^?#]*)([?#].*)?$/i.exec(text);
  if (!scheme || /[\s<>"]/.test(text)) return 'Must be a URL.';
  const [, protocol = '', authority = '', path = '', rest] = scheme;
  if (protocol.toLowerCase() !== 'https')
    return 'Must begin with https://, Microsoft sends nowhere else.';
  if (authority.includes('@')) return 'Must not contain a user name or password.';
  if (!AUTHORITY.test(authority)) return 'Must be a URL.';
  if (!path.endsWith('/subscriptions')) return 'Must end in /subscriptions.';
  if (rest) return 'Must end in /subscriptions, without a query or fragment.';
  return undefined;
}

const override = late(() =>
  z
    .object({
      teams: z.string().min(1, 'Must be the object id or the user principal name.').max(256),
      pbx: z.string().min(1, 'Must be the guid or the SIP name on the PBX.').max(256),
    })
    .strict(),
);

const pairText = late(() =>
  z
    .string()
    .refine(
      (text) => parsePair(text) !== undefined,
      `Must be one of the pairs that Microsoft accepts: ${PREFERRED_PAIRS.map((p) => `${p.availability}/${p.activity}`).join(', ')}.`,
    ),
);

const mapping = late(() =>
  z
    .object({
      toPbx: z.record(z.string().min(1).max(64), z.string().max(64)).optional(),
      toTeams: z
        .record(
          z
            .string()
            .max(64)
            .refine(
              (activity) => normalActivity(activity) !== ON_THE_PHONE,
              'A call is always shown as In a call.',
            ),
          pairText(),
        )
        .optional(),
    })
    .strict(),
);

const MATCHING = ['override', 'email', 'displayName', 'sip'] as const;
export type MatchingStep = (typeof MATCHING)[number];

/** In what order users of both sides are looked for. */
export const matchingSteps = late(() =>
  z
    .array(z.enum(MATCHING))
    .min(1)
    .refine((steps) => new Set(steps).size === steps.length, 'Names a step twice.'),
);

/** Who belongs to whom, whatever else says. */
export const overrides = late(() => z.array(override()).max(20_000));

const pem = late(() => z.string().min(1).max(16_384));
export const certificate = late(() =>
  z
    .object({
      certificate: pem().refine(
        (text) => text.includes('BEGIN CERTIFICATE'),
        'Must be a certificate in PEM.',
      ),
      privateKey: pem().refine(
        (text) => text.includes('BEGIN PRIVATE KEY'),
        'Must be an unencrypted PKCS #8 private key in PEM (BEGIN PRIVATE KEY).',
      ),
    })
    .strict(),
);
export type Certificate = z.infer<ReturnType<typeof certificate>>;

const clientSecret = late(() => z.string().min(1, 'Must not be empty; null removes it.').max(1024));

const POLL_RANGE = 'Must be 2 to 300 seconds.';

/** Keys whose values are not secret, with their defaults. */
const openShape = () => ({
  masterPbx: masterPbx(),
  notificationUrl: unlessPolling(notificationUrl()),
  clientIdSyncToPbx: unlessPolling(clientId()),
  tenantSyncToPbx: unlessPolling(tenant()),
  clientIdSyncToTeams: clientId(),
  tenantSyncToTeams: tenant(),
  cloud: z
    .enum(
      ['global', 'usgov', 'usgov-dod'],
      'Must be global, usgov or usgov-dod. The cloud in China has no presence API.',
    )
    .default('global'),
  source: z.enum(['subscribe', 'poll']).default('subscribe'),
  pollSeconds: z
    .int('Must be a whole number of seconds.')
    .min(2, POLL_RANGE)
    .max(300, POLL_RANGE)
    .default(5),
  matching: matchingSteps().default(['override', 'email', 'displayName']),
  overrides: overrides().default([]),
  pbxContact: z
    .string()
    .regex(/^[a-z][a-z0-9+.-]*:\S*$/i, 'Must be a presence contact such as tel:')
    .max(128)
    .default(OWN_STATE_CONTACT),
  mapping: mapping().default({}),
  directions: z.enum(['both', 'teams-to-pbx', 'pbx-to-teams']).default('both'),
  /** `false`: nobody's decisions are kept. Absent where nobody chose. */
  timeline: z.boolean('Must be true or false.').optional(),
  /** Whether users need the original's licence on the PBX. Left out, as by default, it is not a key of GET. */
  requireLicence: z.boolean('Must be true or false.').optional(),
});

/** Absent unless set, so that `GET` answers exactly the other keys. */
const rareShape = () => ({
  teamsPlans: z
    .array(
      z
        .string()
        .refine((id) => GUID.test(id), 'Must be the id of a service plan, a GUID.')
        .toLowerCase(),
    )
    .max(100)
    .optional(),
});

const secretShape = () => ({
  clientSecretSyncToTeams: secretInput(clientSecret()).optional(),
  certificateSyncToTeams: secretInput(certificate()).optional(),
});

/** Names of the secrets among the settings. */
export const SECRET_KEYS = ['clientSecretSyncToTeams', 'certificateSyncToTeams'] as const;
export type SecretKey = (typeof SECRET_KEYS)[number];

/** The shape alone; `checkSettings` is what the border uses. */
export const settingsInput = late(() =>
  z.object({ ...openShape(), ...rareShape(), ...secretShape() }).strict(),
);
export type SettingsInput = z.infer<ReturnType<typeof settingsInput>>;

/** The settings without the secrets. */
export type OpenSettings = Omit<SettingsInput, SecretKey>;

/** What `GET` answers. */
export type SettingsView = OpenSettings & Record<SecretKey, SecretView>;

const NEEDED_TO_SUBSCRIBE = {
  notificationUrl: 'Must be given: Microsoft sends its notifications there. Polling needs none.',
  clientIdSyncToPbx: 'Must be given: the Teams accounts sign in to this app. Polling needs none.',
  tenantSyncToPbx: 'Must be given: the tenant of the Teams accounts. Polling needs none.',
} as const;

/** Faults that no single key shows. */
function crossFaults(input: unknown): FieldError[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return [];
  const settings = input as Record<string, unknown>;
  if ((settings['source'] ?? 'subscribe') !== 'subscribe') return [];
  const faults: FieldError[] = [];
  if (settings['cloud'] === 'usgov' || settings['cloud'] === 'usgov-dod') {
    const message = 'The US Government clouds send no presence notifications: choose poll.';
    faults.push({ path: 'source', message });
  }
  for (const [path, message] of Object.entries(NEEDED_TO_SUBSCRIBE)) {
    if ((settings[path] ?? '') === '') faults.push({ path, message });
  }
  return faults;
}

/** `null` and an empty list take back a key that is absent unless set. */
function withoutEmpty(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('teamsPlans' in input)) return input;
  const { teamsPlans, ...others } = input;
  const isEmpty = teamsPlans === null || (Array.isArray(teamsPlans) && teamsPlans.length === 0);
  return isEmpty ? others : input;
}

/** Checks settings as they come in, and names every bad field at once. */
export function checkSettings(
  input: unknown,
): { ok: true; settings: SettingsInput } | { ok: false; errors: FieldError[] } {
  const result = settingsInput().safeParse(withoutEmpty(input), { reportInput: true });
  const own = (result.error?.issues ?? []).flatMap(fieldErrors);
  const named = new Set(own.map(({ path }) => path));
  const errors = [...own, ...crossFaults(input).filter(({ path }) => !named.has(path))];
  if (!result.success || errors.length > 0) return { ok: false, errors };
  return { ok: true, settings: result.data };
}
