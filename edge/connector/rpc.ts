// What the Worker may ask of a ConnectorObject. Everything that crosses is plain data; a refusal is a
// value (`Outcome`), because classes of errors do not survive the border.
import type { Outcome } from '../../shared/errors.ts';
import type { ConnectorName, TeamsUserId } from '../../shared/ids.ts';
import type { Lamp, LampId } from '../../shared/lamps.ts';
import type { TeamsPresence } from '../../shared/presence/model.ts';
import type { MatchingStep, SettingsInput, SettingsView } from '../../shared/settings/schema.ts';
import type { Language } from '../../shared/texts/language.ts';
import type { Resource } from '../graph/account-rpc.ts';

/** Who asks: for the audit trail. `operator`, `token:<id>`, `access:<email>`. */
export type Who = string;

/** A token of the connector as the audit trail and a session name it. */
export const whoOfToken = (id: string): Who => `token:${id}`;
export const isToken = (who: Who): boolean => who.startsWith('token:');
export const idOfToken = (who: Who): string => who.slice('token:'.length);

/** Settings as read, with the number of their version (it becomes the ETag). */
export interface VersionedSettings {
  version: number;
  settings: SettingsView;
}

export interface WriteSettings {
  connector: ConnectorName;
  who: Who;
  /** Version that `If-Match` names; absent: whatever is stored. */
  ifVersion?: number;
  /** `put`: the checked settings, replacing. `patch`: the RFC 7396 document as it came. */
  change: { kind: 'put'; settings: SettingsInput } | { kind: 'patch'; patch: unknown };
}

export interface AccountView {
  id: string;
  username?: string;
  state: 'active' | 'waiting' | 'expired' | 'signInAgain' | 'error';
  users: number;
  message?: string;
  /** While somebody has to enter a code: which, where, and until when (ISO 8601). */
  userCode?: string;
  verificationUri?: string;
  expiresAt?: string;
}

/** `device`: its user signs in with a code on another device. */
export type NewAccount = { username: string; password: string } | { signIn: 'device' };

/** A token of the connector's own; the token itself is shown once and kept nowhere. */
export interface TokenView {
  id: string;
  name?: string;
  /** ISO 8601 */
  createdAt: string;
}

/** One-time code of an enrolment; the Worker signs it, the object remembers that it is open. */
export interface Enrolment {
  id: string;
  expiresAt: number;
}

/** An agent that has proven itself, and the RFC 7638 thumbprint of the key it did that with. */
export interface ProvenAgent {
  agentId: string;
  thumbprint: string;
}

/** What an agent may know of itself. */
export interface AgentSelf {
  agentId: string;
  name: string;
  state: 'leading' | 'standby' | 'offline';
}

export interface AgentView {
  id: string;
  name: string;
  state: 'leading' | 'standby' | 'offline' | 'revoked';
  version: string | null;
  /** ISO 8601: since when it is in this state. */
  since: string;
  pbx: { name: string; state: 'up' | 'down'; message?: string }[];
}

export interface UserView {
  state: 'paired' | 'unmatched' | 'ambiguous' | 'unlicensed' | 'noRights';
  reason?: string;
  matchedBy?: string;
  teams?: {
    id: string;
    displayName: string;
    userPrincipalName: string;
    availability: string | null;
    activity: string | null;
    at: string | null;
  };
  pbx?: {
    guid: string;
    cn: string;
    sip: string;
    number: string | null;
    activity: string | null;
    onThePhone: boolean;
    at: string | null;
  };
  /** What was last written for this pair; absent: nothing yet, or no timeline is kept. */
  lastChange?: LastChange;
}

export interface LastChange {
  /** ISO 8601 */
  at: string;
  direction: 'teams-to-pbx' | 'pbx-to-teams';
  reason: string;
}

/** How many changes, and what they took in ms: the median, and the slowest; `null` where none was. */
export interface Figure {
  count: number;
  p50: number | null;
  worst: number | null;
}

export interface DirectionFigures {
  hour: Figure;
  /** The last 60, oldest first; `at`: when each began, ISO 8601. */
  minutes: (Figure & { at: string })[];
}

/** The changes of the last hour that the other side has taken. */
export interface Figures {
  teamsToPbx: DirectionFigures;
  pbxToTeams: DirectionFigures;
}

/** A state, or paired users whose presence no subscription tells of. */
export type UserFilter = UserView['state'] | 'notSubscribed';

export interface UserQuery {
  text: string;
  state: UserFilter | null;
  /** Only rows with a user on this side; absent: both. */
  side?: 'teams' | 'pbx' | null;
  cursor: string | null;
}

export interface UserPage {
  items: UserView[];
  next?: string;
  /** Who is not subscribed is also counted by their state. */
  counts: Record<UserFilter, number>;
}

/** A user of the PBX in a pair. */
export interface PairPartner {
  guid: string;
  cn: string;
  sip: string;
  matchedBy?: string;
}

/** A pair that another matching would make, end, or give another partner. */
export interface PairChange {
  teams: { id: string; displayName: string; userPrincipalName: string };
  before?: PairPartner;
  after?: PairPartner;
  reason: string;
}

export interface DryRun {
  items: PairChange[];
  next?: string;
  counts: { added: number; removed: number; moved: number };
}

export interface TimelineEntry {
  /** ISO 8601 */
  at: string;
  from: string;
  saw: string;
  decided: string;
  reason: string;
  wrote?: string;
  /** From what was seen to the decision. */
  ms: number;
  /** From what was seen until a side had taken what was written to it; absent: it has not answered. */
  took?: { teams?: number; pbx?: number };
}

export interface AuditEntry {
  /** ISO 8601 */
  at: string;
  who: string;
  action: string;
  /** Names of what changed, never values. */
  keys: string[];
}

/** What a listener is told: all lamps, users as they are now, or how many more to read anew. */
export type News = { status: Lamp[] } | { users: UserView[] } | { others: number };

/** Which subscription something came from. */
export interface Origin {
  accountId: string;
  /** Generation of the subscription that `clientState` names. */
  generation: number;
  subscriptionId: string;
}

/** A presence that Microsoft sent, verified and decrypted by the Worker. */
export interface Observation extends Origin {
  userId: TeamsUserId;
  presence: TeamsPresence;
  sequence?: string;
}

/** Microsoft says that something of a user changed, and not to what. */
export interface Hint extends Origin {
  about: Resource;
  userId: TeamsUserId;
}

export interface LifecycleEvent extends Origin {
  about: Resource;
  event: 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed';
}

export interface DecryptionKey {
  id: string;
  /** Private key as PKCS #8, sealed. */
  sealed: string;
}

/**
 * A ConnectorObject as the Worker sees it. Every method answers `connector-unknown` where the
 * connector was never created or has been deleted, and leaves no trace of having been asked.
 */
export interface ConnectorRpc {
  readSettings(): Promise<Outcome<VersionedSettings>>;
  writeSettings(write: WriteSettings): Promise<Outcome<VersionedSettings & { created: boolean }>>;
  /** @param ifVersion the version that must still be stored; without it, whatever is */
  deleteSettings(who: Who, ifVersion?: number): Promise<Outcome<null>>;

  listTokens(): Promise<Outcome<TokenView[]>>;
  /** @param token its name, and the digest by which it will be known */
  addToken(who: Who, token: { name: string | null; hash: string }): Promise<Outcome<TokenView>>;
  removeToken(who: Who, id: string): Promise<Outcome<null>>;
  /** The id of a token that opens this connector; `null`: revoked, or the connector does not exist. */
  findToken(by: { id: string } | { hash: string }): Promise<string | null>;

  /** @param language of the messages; English where nothing is said */
  listAccounts(language?: Language): Promise<Outcome<AccountView[]>>;
  /** Also refuses with a code of `graph/login-errors.ts`, where Microsoft gives no code to enter. */
  addAccount(who: Who, account: NewAccount, language?: Language): Promise<Outcome<AccountView>>;
  removeAccount(who: Who, id: string): Promise<Outcome<null>>;

  listAgents(): Promise<Outcome<AgentView[]>>;
  openEnrolment(who: Who, name: string | null): Promise<Outcome<Enrolment>>;
  /** Uses the code up. Refusals: `code-used` (also expired in the object's eyes). */
  enrol(enrolmentId: string, publicKeyThumbprint: string): Promise<Outcome<{ agentId: string }>>;
  removeAgent(who: Who, id: string): Promise<Outcome<null>>;
  /** Refusals of this and the next: `revoked`, `unauthorized` (a key that was replaced). */
  agentSelf(agent: ProvenAgent): Promise<Outcome<AgentSelf>>;
  /** Takes the thumbprint of a new key; it counts alone as soon as the agent uses it. */
  offerAgentKey(agent: ProvenAgent, next: string): Promise<Outcome<null>>;

  listUsers(query: UserQuery): Promise<Outcome<UserPage>>;
  /** One user of Teams as the list shows them. @param name object id or user principal name */
  user(name: string): Promise<Outcome<UserView>>;
  timeline(userId: TeamsUserId): Promise<Outcome<TimelineEntry[]>>;
  /** What another matching would change; refused with `conflict` where nothing can be matched yet. */
  tryMatching(rules: {
    matching: MatchingStep[];
    /** `null`: those of the settings. */
    overrides: { teams: string; pbx: string }[] | null;
    /** Overrides that are not to count, by whom they call so in Teams. */
    withoutOverrides?: string[];
    cursor: string | null;
  }): Promise<Outcome<DryRun>>;
  setOverride(who: Who, userId: TeamsUserId, pbx: string | null): Promise<Outcome<null>>;

  status(): Promise<Outcome<Lamp[]>>;
  check(lamp: LampId): Promise<Outcome<Lamp>>;
  figures(): Promise<Outcome<Figures>>;
  audit(): Promise<Outcome<AuditEntry[]>>;

  /** Stores what Microsoft sent; what is not ours any more changes nothing. Accepted once stored. */
  observe(observations: Observation[]): Promise<Outcome<null>>;
  /** The same for items without data. */
  hint(hints: Hint[]): Promise<Outcome<null>>;
  lifecycle(events: LifecycleEvent[]): Promise<Outcome<null>>;
  /** The decryption key with this id, for a Worker whose KV does not show it yet. */
  decryptionKey(id: string): Promise<DecryptionKey | null>;
}

/**
 * The object's only HTTP route is an upgrade: of the tunnel, after the Worker has verified the agent's
 * proof, or of a listener that the Worker itself is. Who it is stands in one of these headers; the
 * Worker removes whatever the client sent under them.
 */
export const AGENT_ID_HEADER = 'x-agent-id';
export const AGENT_KEY_HEADER = 'x-agent-key';
export const LISTENER_HEADER = 'x-listener';
