// When the credential of an app ends: a certificate says so itself, of a client secret only the app's
// registration does, and few apps may read that.
import * as z from 'zod';
import { late } from '../../shared/late.ts';
import type { GraphCall } from './client.ts';
import { nodeCrypto } from './late-crypto.ts';

/** Epoch ms; `null` where the PEM text is no certificate: the sign-in says what is wrong with it. */
export function certificateEnd(pem: string): number | null {
  try {
    const { X509Certificate } = nodeCrypto();
    const end = Date.parse(new X509Certificate(pem).validTo);
    return Number.isNaN(end) ? null : end;
  } catch {
    return null;
  }
}

const passwordCredential = late(() =>
  z.object({
    /** The first three characters of the secret (Graph page "passwordCredential"). */
    hint: z.string().nullish(),
    endDateTime: z.string().nullish(),
  }),
);
type PasswordCredential = z.infer<ReturnType<typeof passwordCredential>>;
const registration = late(() => z.object({ passwordCredentials: z.array(passwordCredential()) }));

/**
 * The end of the secret that the app signs in with, epoch ms; `null`: not to be told. Reading the
 * registration needs Application.Read.All (Graph page "Get application").
 * @throws AppError of `client.ts`
 */
export async function secretEnd(
  call: GraphCall,
  { clientId, secret, now }: { clientId: string; secret: string; now: number },
): Promise<number | null> {
  const { passwordCredentials } = await call({
    method: 'GET',
    path: `/applications(appId='${encodeURIComponent(clientId)}')`,
    query: { $select: 'passwordCredentials' },
    schema: registration(),
  });
  return endOfSecret(passwordCredentials, secret, now);
}

/**
 * Of several that could be it, the next to end: a warning too early does less harm than none. Those
 * that have ended cannot be it while another one could, because it is in use.
 */
export function endOfSecret(
  credentials: readonly PasswordCredential[],
  secret: string,
  now: number,
): number | null {
  const hint = secret.slice(0, 3);
  // An old entry may lack its hint; alone it is the one all the same.
  const fits = credentials.filter((one) =>
    one.hint ? one.hint === hint : credentials.length === 1,
  );
  const ends = fits
    .map(({ endDateTime }) => Date.parse(endDateTime ?? ''))
    .filter((end) => !Number.isNaN(end));
  const ahead = ends.filter((end) => end > now);
  if (ahead.length > 0) return Math.min(...ahead);
  return ends.length > 0 ? Math.max(...ends) : null;
}
