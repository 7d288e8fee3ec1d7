// What Microsoft posts to us, in words. Lenient (facts: graph §2.3): members come and go, the case
// of `@odata.type` varies, times miss their `Z`, lifecycle events travel in the same list.
import * as z from 'zod';
import { type TeamsUserId, teamsUserId } from '../../shared/ids.ts';
import { late } from '../../shared/late.ts';

const encryptedContentSchema = late(() =>
  z.object({
    data: z.string(),
    dataSignature: z.string(),
    dataKey: z.string(),
    encryptionCertificateId: z.string(),
  }),
);
export type EncryptedContent = z.infer<ReturnType<typeof encryptedContentSchema>>;

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const LIFECYCLE = ['reauthorizationRequired', 'subscriptionRemoved', 'missed'] as const;

const origin = () => ({
  subscriptionId: z.string().min(1).max(128),
  clientState: z.string().max(255),
  tenantId: z.string().regex(GUID),
});

const changeItem = late(() =>
  z.object({
    ...origin(),
    resourceData: z.object({ id: z.string().regex(GUID) }),
    encryptedContent: encryptedContentSchema().nullish(),
  }),
);

const lifecycleItem = late(() => z.object({ ...origin(), lifecycleEvent: z.enum(LIFECYCLE) }));

const body = late(() =>
  z.object({
    value: z.array(z.unknown()),
    validationTokens: z.array(z.string()).nullish(),
  }),
);

interface Item {
  subscriptionId: string;
  clientState: string;
  /** In lower case. */
  tenantId: string;
}

export interface ChangeItem extends Item {
  /** From `resourceData.id`, never from `resource`, which may be the whole filter. */
  userId: TeamsUserId;
  /** `null`: a basic item, which says only that something changed. */
  encrypted: EncryptedContent | null;
}

export interface LifecycleItem extends Item {
  event: (typeof LIFECYCLE)[number];
}

export interface Notification {
  changes: ChangeItem[];
  lifecycle: LifecycleItem[];
  /** One for each app and tenant in the batch; empty where the items are basic. */
  validationTokens: string[];
  /** Items that could not be read; they do not spoil the others. */
  unreadable: number;
}

/** Reads the parsed body of a POST; `null` where it is no notification at all. */
export function readNotification(json: unknown): Notification | null {
  const batch = body().safeParse(json).data;
  if (!batch) return null;
  const changes: ChangeItem[] = [];
  const lifecycle: LifecycleItem[] = [];
  for (const item of batch.value) {
    const event = lifecycleItem().safeParse(item).data;
    if (event) {
      lifecycle.push({ ...itemOf(event), event: event.lifecycleEvent });
      continue;
    }
    const change = changeItem().safeParse(item).data;
    if (!change) continue;
    const userId = teamsUserId(change.resourceData.id);
    changes.push({ ...itemOf(change), userId, encrypted: change.encryptedContent ?? null });
  }
  return {
    changes,
    lifecycle,
    validationTokens: batch.validationTokens ?? [],
    unreadable: batch.value.length - changes.length - lifecycle.length,
  };
}

const itemOf = ({ subscriptionId, clientState, tenantId }: Item): Item => ({
  subscriptionId,
  clientState,
  tenantId: tenantId.toLowerCase(),
});
