// Microsoft's token errors (facts/graph.md §3.3). Texts follow the live ones as far as known.
import { randomUUID } from 'node:crypto';
import { type Answer, json } from './http.ts';

interface Kind {
  status: 400 | 401 | 503;
  error: string;
  text: string;
  suberror?: string;
}

const grant = (text: string, suberror?: string): Kind => ({
  status: 400,
  error: 'invalid_grant',
  text,
  ...(suberror === undefined ? {} : { suberror }),
});
const client = (text: string): Kind => ({ status: 401, error: 'invalid_client', text });
const request = (text: string, error = 'invalid_request'): Kind => ({ status: 400, error, text });
const transient = (text: string): Kind => ({ status: 503, error: 'temporarily_unavailable', text });

const kinds: Record<number, Kind> = {
  50033: transient('A transient error has occurred. Please try again.'),
  50034: grant(
    'The user account does not exist in the directory. To sign into this application, the account must be added to the directory.',
  ),
  50053: grant(
    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
  ),
  50055: grant('The password is expired.'),
  50056: grant('Invalid or null password: password does not exist in the directory for this user.'),
  50057: grant('The user account is disabled.'),
  50059: request(
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  ),
  50072: grant(
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication.',
    'basic_action',
  ),
  50074: grant('Strong Authentication is required.', 'basic_action'),
  50076: grant(
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.",
    'basic_action',
  ),
  50078: grant(
    'Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication.',
    'basic_action',
  ),
  50079: grant(
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication.',
    'basic_action',
  ),
  50087: transient('A transient error has occurred during strong authentication.'),
  50105: grant(
    'Your administrator has configured the application to block users unless they are specifically granted (assigned) access to the application.',
  ),
  50126: grant('Error validating credentials due to invalid username or password.'),
  50128: request(
    'Invalid domain name - No tenant-identifying information found in either the request or implied by any provided credentials.',
  ),
  50144: grant("The user's Active Directory password has expired."),
  50173: grant(
    'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
    'bad_token',
  ),
  50196: grant('The server terminated an operation because it encountered a client request loop.'),
  53000: grant(
    'Device is not in required device state. Conditional Access policy requires a compliant device.',
    'message_only',
  ),
  53001: grant(
    'Device is not in required device state. Conditional Access policy requires a domain joined device.',
    'message_only',
  ),
  53002: grant(
    'Application used is not an approved application for Conditional Access.',
    'message_only',
  ),
  53003: grant(
    'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    'message_only',
  ),
  53004: grant('User needs to complete Multi-factor authentication registration.', 'message_only'),
  530032: grant('Tenant security policy does not allow this request.', 'message_only'),
  65001: grant(
    'The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.',
    'consent_required',
  ),
  70000: grant('The provided value for the input parameter is not valid.', 'bad_token'),
  70002: client('Error validating credentials.'),
  70003: request('The app requested an unsupported grant type.', 'unsupported_grant_type'),
  70011: request(
    "The provided value for the input parameter 'scope' is not valid.",
    'invalid_scope',
  ),
  70043: grant(
    'The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.',
    'bad_token',
  ),
  70016: request(
    'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
    'authorization_pending',
  ),
  70018: request(
    "The provided value for the input parameter 'device_code' is not valid.",
    'bad_verification_code',
  ),
  70019: request('The code has expired.', 'expired_token'),
  70020: request('The end user denied the authorization request.', 'authorization_declined'),
  90002: request(
    'Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.',
  ),
  90006: transient('External server is retryable.'),
  90012: transient('The request has timed out.'),
  90024: transient('A transient error has occurred. Please try again.'),
  90033: transient('A transient error has occurred. Please try again.'),
  90038: request('The tenant belongs to another National Cloud.'),
  90055: transient('The server has throttled this tenant.'),
  90094: grant('An administrator must grant the permissions requested by the application.'),
  500011: request('The resource principal was not found in the tenant.', 'invalid_resource'),
  650053: request(
    'The application asked for a scope that does not exist on the resource.',
    'invalid_client',
  ),
  700016: request(
    'Application was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant.',
    'unauthorized_client',
  ),
  700021: client("Client assertion application identifier doesn't match 'client_id' parameter."),
  700023: client('Client assertion audience claim does not match Realm issuer.'),
  700024: client('Client assertion is not within its valid time range.'),
  700027: client(
    'The certificate with identifier used to sign the client assertion is not registered on application, or its signature is not valid.',
  ),
  700082: grant('The refresh token has expired due to inactivity.', 'bad_token'),
  900144: request('The request body must contain a parameter that is missing.'),
  1002012: request(
    'The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
    'invalid_scope',
  ),
  7000215: client(
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
  ),
  7000216: client(
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  ),
  7000218: client(
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ),
  7000222: client(
    'The provided client secret keys for the app are expired. Visit the Azure portal to create new keys for your app.',
  ),
  9001023: request(
    'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.',
  ),
};

// Codes that ask for a second factor carry the challenge as claims.
const withClaims = new Set([50072, 50074, 50076, 50079]);

/** Numbers with a text of their own; any other can be produced, too, as an invalid_grant. */
export const loginErrorNumbers: readonly number[] = Object.keys(kinds).map(Number);

export interface LoginRefusal {
  readonly refused: number;
  readonly detail?: string;
  /** In place of the code's own `error`, as for slow_down. */
  readonly error?: string;
}

export const refuseLogin = (code: number, detail?: string): LoginRefusal =>
  detail === undefined ? { refused: code } : { refused: code, detail };

export const isRefusal = (value: object): value is LoginRefusal => 'refused' in value;

/** The token error body; unknown codes become invalid_grant. */
export function loginError(
  refusal: LoginRefusal,
  now: number,
  correlationId: string | undefined,
): Answer {
  const code = refusal.refused;
  const kind = kinds[code] ?? grant('The sign-in was refused.');
  const traceId = randomUUID();
  const correlation = correlationId ?? randomUUID();
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const sentence = refusal.detail === undefined ? kind.text : `${kind.text} ${refusal.detail}`;
  return json(kind.status, {
    error: refusal.error ?? kind.error,
    error_description: `AADSTS${code}: ${sentence} Trace ID: ${traceId} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    ...(kind.suberror === undefined ? {} : { suberror: kind.suberror }),
    ...(withClaims.has(code)
      ? {
          claims: JSON.stringify({
            access_token: { capolids: { essential: true, values: [randomUUID()] } },
          }),
        }
      : {}),
  });
}
