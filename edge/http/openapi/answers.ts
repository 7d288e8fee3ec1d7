// What the admin API answers, as schemas: each is held against the type that the server answers with,
// and becomes a part of the description. Nothing is checked with them at run time.
import * as z from 'zod';
import { LAMP_IDS, type LampView } from '../../../shared/lamps.ts';
import { secretView, settingsInput } from '../../../shared/settings/schema.ts';
import type {
  AccountView,
  AgentView,
  AuditEntry,
  DryRun,
  Figures,
  TimelineEntry,
  TokenView,
  UserPage,
  UserView,
} from '../../connector/rpc.ts';
import type {
  ConnectorsAnswer,
  EnrolmentAnswer,
  NewTokenAnswer,
  OperatorSessionAnswer,
  SessionAnswer,
} from '../admin-api/answers.ts';
import { PROBLEM_CODES } from '../problem.ts';

const at = z.string().meta({ format: 'date-time' });
const itemsOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

const lamp = z.object({
  id: z.enum(LAMP_IDS),
  state: z.enum(['ok', 'warning', 'error', 'unknown']),
  since: at,
  message: z.string().describe('What is so, in the language of the request.'),
  action: z.string().describe('What to do; empty where there is nothing to do.'),
}) satisfies z.ZodType<LampView>;

const operatorSession = z.object({
  who: z.string().describe('operator, token:<id> or access:<address>'),
  expiresAt: at.exactOptional(),
  csrfToken: z.string().describe('For the header x-csrf-token of each write.').exactOptional(),
}) satisfies z.ZodType<OperatorSessionAnswer>;

const session = operatorSession.extend({
  connector: z.string().describe('domain/instance') as unknown as z.ZodType<
    SessionAnswer['connector']
  >,
}) satisfies z.ZodType<SessionAnswer>;

const token = z.object({
  id: z.string(),
  name: z.string().exactOptional(),
  createdAt: at,
}) satisfies z.ZodType<TokenView>;

const account = z.object({
  id: z.string(),
  username: z.string().exactOptional(),
  state: z.enum(['active', 'waiting', 'expired', 'signInAgain', 'error']),
  users: z.number().describe('How many are subscribed with it.'),
  message: z.string().exactOptional(),
}) satisfies z.ZodType<AccountView>;

const agent = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['leading', 'standby', 'offline', 'revoked']),
  version: z.string().nullable(),
  since: at,
  pbx: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['up', 'down']),
      message: z.string().exactOptional(),
    }),
  ),
}) satisfies z.ZodType<AgentView>;

const enrolment = z.object({
  code: z.string(),
  expiresAt: at,
  command: z.string().describe('What to type at the agent.'),
}) satisfies z.ZodType<EnrolmentAnswer>;

const user = z.object({
  state: z.enum(['paired', 'unmatched', 'ambiguous', 'unlicensed', 'noRights']),
  reason: z.string().exactOptional(),
  matchedBy: z.string().exactOptional(),
  teams: z
    .object({
      id: z.string(),
      displayName: z.string(),
      userPrincipalName: z.string(),
      availability: z.string().nullable(),
      activity: z.string().nullable(),
      at: at.nullable(),
    })
    .exactOptional(),
  pbx: z
    .object({
      guid: z.string(),
      cn: z.string(),
      sip: z.string(),
      number: z.string().nullable(),
      activity: z.string().nullable(),
      onThePhone: z.boolean(),
      at: at.nullable(),
    })
    .exactOptional(),
  lastChange: z
    .object({
      at,
      direction: z.enum(['teams-to-pbx', 'pbx-to-teams']),
      reason: z.string(),
    })
    .describe('What was written last; absent where nothing was, or no timeline is kept.')
    .exactOptional(),
}) satisfies z.ZodType<UserView>;

const next = z.string().describe('Cursor of the next page; absent on the last.').exactOptional();
const count = z.number();

const userPage = z.object({
  items: z.array(user),
  next,
  counts: z.object({
    paired: count,
    unmatched: count,
    ambiguous: count,
    unlicensed: count,
    noRights: count,
    notSubscribed: count.describe('Of the paired: whose changes are only found by a sweep.'),
  }),
}) satisfies z.ZodType<UserPage>;

const ms = z.number().nullable();
const figure = z.object({
  count: z.number().describe('Changes that the other side has taken.'),
  p50: ms.describe('Median in ms, from what was seen to what was taken; null where count is 0.'),
  worst: ms.describe('The slowest, in ms.'),
});
const direction = z.object({
  hour: figure,
  minutes: z.array(figure.extend({ at })).describe('The last 60, oldest first.'),
});
const figures = z.object({
  teamsToPbx: direction,
  pbxToTeams: direction,
}) satisfies z.ZodType<Figures>;

const timelineEntry = z.object({
  at,
  from: z.string(),
  saw: z.string(),
  decided: z.string(),
  reason: z.string(),
  wrote: z.string().exactOptional(),
  ms: z.number().describe('From what was seen to the decision.'),
  took: z
    .object({ teams: z.number().exactOptional(), pbx: z.number().exactOptional() })
    .describe('In ms, from what was seen until a side had taken what was written to it.')
    .exactOptional(),
}) satisfies z.ZodType<TimelineEntry>;

const partner = z.object({
  guid: z.string(),
  cn: z.string(),
  sip: z.string(),
  matchedBy: z.string().exactOptional(),
});

const dryRun = z.object({
  items: z.array(
    z.object({
      teams: z.object({
        id: z.string(),
        displayName: z.string(),
        userPrincipalName: z.string(),
      }),
      before: partner.exactOptional(),
      after: partner.exactOptional(),
      reason: z.string(),
    }),
  ),
  next,
  counts: z.object({ added: count, removed: count, moved: count }),
}) satisfies z.ZodType<DryRun>;

const auditEntry = z.object({
  at,
  who: z.string(),
  action: z.string(),
  keys: z.array(z.string()).describe('Names or ids of what changed, never values.'),
}) satisfies z.ZodType<AuditEntry>;

const connectors = z.object({
  items: z.array(
    z.object({
      connector: z.string() as unknown as z.ZodType<SessionAnswer['connector']>,
      worst: lamp.nullable().describe('null: the connector does not answer, and error says so.'),
      error: z.string().exactOptional(),
    }),
  ),
  next,
}) satisfies z.ZodType<ConnectorsAnswer>;

export const ANSWERS = {
  Settings: settingsInput().extend({
    clientSecretSyncToTeams: secretView(),
    certificateSyncToTeams: secretView(),
  }),
  Lamp: lamp,
  Status: z.array(lamp).describe('In the order in which they depend on each other.'),
  Session: session,
  OperatorSession: operatorSession,
  Token: token,
  Tokens: itemsOf(token),
  NewToken: token.extend({
    token: z.string().describe('Shown this once.'),
  }) satisfies z.ZodType<NewTokenAnswer>,
  Account: account,
  Accounts: itemsOf(account),
  Agents: itemsOf(agent),
  Enrolment: enrolment,
  User: user,
  UserPage: userPage,
  Figures: figures,
  Timeline: itemsOf(timelineEntry),
  DryRun: dryRun,
  Audit: itemsOf(auditEntry),
  Connectors: connectors,
  Health: z.object({ status: z.literal('ok') }),
  Problem: z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.number(),
      code: z.enum(PROBLEM_CODES),
      detail: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
    })
    .describe('RFC 9457. `code` is stable; `errors` names every bad field at once.'),
} as const;

export type AnswerName = keyof typeof ANSWERS;
