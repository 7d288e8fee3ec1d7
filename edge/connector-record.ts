// What KV holds of a connector, under `settings:{domain}/{instance}`: enough for stateless code to
// recognise it, to check a notification and a token. The ConnectorObject writes it; this is a copy
// that may be a minute old, never the authority.
import * as z from 'zod';
import { type ConnectorName, connectorName } from '../shared/ids.ts';
import { late } from '../shared/late.ts';

export const connectorRecord = late(() =>
  z.object({
    /** Rises with every write, so that an older copy is recognised. */
    revision: z.number().int(),
    /** Version of the settings, which is their ETag. */
    version: z.number().int(),
    /** The settings without secrets. */
    settings: z.record(z.string(), z.unknown()),
    /** Secrets as JWE, sealed with a key derived from `SETTINGS_KEY` for this connector and field. */
    sealed: z.record(z.string(), z.string()),
    /** What a notification must be signed for. */
    reading: z.object({ clientId: z.string(), tenantId: z.string() }).nullable(),
    /** Private keys that Microsoft's notifications are encrypted for, newest first. */
    decryptionKeys: z.array(z.object({ id: z.string(), sealed: z.string() })),
    /** The connector's own admin tokens, hashed. */
    tokens: z.array(z.object({ id: z.string(), hash: z.string() })),
  }),
);
export type ConnectorRecord = z.infer<ReturnType<typeof connectorRecord>>;

export const RECORD_PREFIX = 'settings:';
export const recordKey = (connector: ConnectorName): string => `${RECORD_PREFIX}${connector}`;

/** The connector that a key is of; `undefined` where it is of something else. */
export function connectorOfKey(key: string): ConnectorName | undefined {
  const [domain = '', instance = '', ...more] = key.slice(RECORD_PREFIX.length).split('/');
  return more.length === 0 ? connectorName(domain, instance) : undefined;
}

/** The record as KV has it now; `null` where KV knows no such connector (yet). */
export async function readRecord(
  kv: Pick<KVNamespace, 'get'>,
  connector: ConnectorName,
): Promise<ConnectorRecord | null> {
  const stored = await kv.get(recordKey(connector), 'json');
  return stored === null ? null : connectorRecord().parse(stored);
}
