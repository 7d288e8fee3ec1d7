// From a refusal of Microsoft's login to an AppError (facts: graph §3.3). Pure. Microsoft warns that
// its AADSTS numbers may change, so `error` decides what to do, and the numbers find the words.
import * as z from 'zod';
import { AppError, type Retry } from '../../shared/errors.ts';
import { late } from '../../shared/late.ts';

export type LoginCode =
  | 'mfa-required'
  | 'mfa-enrolment-required'
  | 'blocked-by-conditional-access'
  | 'wrong-credentials'
  | 'account-locked'
  | 'account-unknown'
  | 'password-expired'
  | 'password-missing'
  | 'account-disabled'
  | 'tenant-unknown'
  | 'wrong-cloud'
  | 'no-presence-cloud'
  | 'client-unknown'
  | 'public-client-off'
  | 'wrong-client-secret'
  | 'client-certificate-refused'
  | 'client-secret-expired'
  | 'consent-missing'
  | 'user-not-assigned'
  | 'sign-in-revoked'
  | 'sign-in-too-old'
  | 'code-pending'
  | 'code-declined'
  | 'code-expired'
  | 'login-throttled'
  | 'login-unavailable'
  | 'login-loop'
  | 'login-bad-scope'
  | 'login-refused';

/** How long to leave a locked account alone, in ms: each further try may lock it for longer. */
export const LOCKED_PAUSE_MS = 30 * 60_000;

const NUMBERS: Readonly<Record<number, LoginCode>> = {
  50076: 'mfa-required',
  50074: 'mfa-required',
  50079: 'mfa-enrolment-required',
  50072: 'mfa-enrolment-required',
  53000: 'blocked-by-conditional-access',
  53001: 'blocked-by-conditional-access',
  53002: 'blocked-by-conditional-access',
  53003: 'blocked-by-conditional-access',
  53004: 'blocked-by-conditional-access',
  530032: 'blocked-by-conditional-access',
  50126: 'wrong-credentials',
  50053: 'account-locked',
  50034: 'account-unknown',
  50055: 'password-expired',
  50144: 'password-expired',
  50056: 'password-missing',
  50057: 'account-disabled',
  50128: 'tenant-unknown',
  50059: 'tenant-unknown',
  90002: 'tenant-unknown',
  90038: 'wrong-cloud',
  900432: 'wrong-cloud',
  900439: 'wrong-cloud',
  700016: 'client-unknown',
  7000218: 'public-client-off',
  7000215: 'wrong-client-secret',
  70002: 'wrong-client-secret',
  7000216: 'wrong-client-secret',
  7000222: 'client-secret-expired',
  700021: 'client-certificate-refused',
  700023: 'client-certificate-refused',
  700024: 'client-certificate-refused',
  700027: 'client-certificate-refused',
  65001: 'consent-missing',
  90094: 'consent-missing',
  50105: 'user-not-assigned',
  // Of refresh tokens (Microsoft's page of AADSTS codes): a new password or an admin ended them, …
  50132: 'sign-in-revoked',
  50133: 'sign-in-revoked',
  50173: 'sign-in-revoked',
  // … or they lay unused, or a policy wants its users to sign in more often.
  50078: 'sign-in-too-old',
  70008: 'sign-in-too-old',
  70043: 'sign-in-too-old',
  700082: 'sign-in-too-old',
  70011: 'login-bad-scope',
  50196: 'login-loop',
  50033: 'login-unavailable',
  50087: 'login-unavailable',
  90006: 'login-unavailable',
  90024: 'login-unavailable',
  90033: 'login-unavailable',
  90012: 'login-unavailable',
  90055: 'login-throttled',
};

/** Where no number is known: what `suberror`, then `error` say. */
const WORDS: Readonly<Record<string, LoginCode>> = {
  user_password_expired: 'password-expired',
  consent_required: 'consent-missing',
  interaction_required: 'mfa-required',
  invalid_tenant: 'tenant-unknown',
  unauthorized_client: 'client-unknown',
  invalid_client: 'wrong-client-secret',
  invalid_scope: 'login-bad-scope',
  slow_down: 'login-throttled',
  // RFC 8628 §3.5, and Microsoft's own two for a code.
  authorization_pending: 'code-pending',
  access_denied: 'code-declined',
  authorization_declined: 'code-declined',
  expired_token: 'code-expired',
  bad_verification_code: 'code-expired',
  temporarily_unavailable: 'login-unavailable',
  server_error: 'login-unavailable',
};

/** Where it names a cloud: that in China can never serve (facts: graph §3.6). */
const CHINA = /microsoftonline\.cn|chinacloudapi\.cn/i;

/** Everything else waits for an admin: a refused password tried again locks the account. */
const PASSING: ReadonlySet<LoginCode> = new Set([
  'account-locked',
  'login-throttled',
  'login-unavailable',
  'login-loop',
  'code-pending',
]);

const ALL: ReadonlySet<string> = new Set([
  ...Object.values(NUMBERS),
  ...Object.values(WORDS),
  'no-presence-cloud',
  'login-refused',
]);

/** Whether this is a refusal of the login after which only an admin can help. */
export const isFinalLoginCode = (code: string): boolean =>
  ALL.has(code) && !PASSING.has(code as LoginCode);

const refusalBody = late(() =>
  z.object({
    error: z.string().catch(''),
    suberror: z.string().catch(''),
    error_codes: z.array(z.number()).catch([]),
    error_description: z.string().catch(''),
    trace_id: z.string().optional().catch(undefined),
    cloud_instance_name: z.string().catch(''),
  }),
);

export interface LoginAnswer {
  status: number;
  /** The parsed body; anything where it was no JSON. */
  body: unknown;
  retryAfterMs?: number | undefined;
}

/** The error for an answer of the login that is not 2xx, or that carries an `error`. */
export function loginError({ status, body, retryAfterMs }: LoginAnswer): AppError {
  const refusal = refusalBody().safeParse(body).data;
  const number = refusal?.error_codes[0] ?? numberIn(refusal?.error_description ?? '');
  const named = codeOf(status, refusal?.error ?? '', refusal?.suberror ?? '', number);
  const cloud = named === 'wrong-cloud' && refusal ? cloudIn(refusal) : undefined;
  const code = cloud !== undefined && isChina(cloud) ? 'no-presence-cloud' : named;
  const retry: Retry = PASSING.has(code) ? 'backoff' : 'never';
  const wait = code === 'account-locked' ? LOCKED_PAUSE_MS : retryAfterMs;
  const said = number === undefined ? `HTTP ${status}` : `AADSTS${number}`;
  return new AppError({
    code,
    retry,
    // No sentence: it stands in one, in whatever language.
    detail: cloud === undefined ? said : `${cloud} (${said})`,
    ...(refusal?.trace_id === undefined ? {} : { requestId: refusal.trace_id }),
    ...(wait === undefined || retry === 'never' ? {} : { retryAfterMs: wait }),
  });
}

function codeOf(status: number, error: string, suberror: string, number?: number): LoginCode {
  if (status === 429) return 'login-throttled';
  const named = number === undefined ? undefined : NUMBERS[number];
  const worded = WORDS[suberror] ?? WORDS[error];
  // The login says itself that it is its own fault (or something in between redirects): no number
  // makes that the admin's.
  if (status >= 500 || status < 400 || worded === 'login-unavailable') {
    return named && PASSING.has(named) ? named : 'login-unavailable';
  }
  return named ?? worded ?? 'login-refused';
}

/** Whether a host or a name of a cloud is that of the one in China, which has no presence API. */
export const isChina = (cloud: string): boolean => CHINA.test(cloud);

/** In lower case, as in "… is being redirected to the National Cloud 'MicrosoftOnline.US'". */
function cloudIn({
  cloud_instance_name: name,
  error_description: text,
}: z.infer<ReturnType<typeof refusalBody>>): string | undefined {
  const found = name || /National Cloud '?([\w.-]+\w)/i.exec(text)?.[1];
  return found ? found.toLowerCase() : undefined;
}

/** The number in `AADSTS50126: …`, where `error_codes` is missing. */
function numberIn(description: string): number | undefined {
  const digits = /^AADSTS(\d+)/.exec(description)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
