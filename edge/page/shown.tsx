// What each part of the page shows: one line a part. A part without a line is not in the navigation.
import type { ComponentChildren } from 'preact';
import { AccessPart } from './access/access-part.tsx';
import { AccountsPart } from './accounts/accounts-part.tsx';
import { AgentsPart } from './agents/agents-part.tsx';
import type { Api } from './api.ts';
import type { Listening } from './live/use-live.ts';
import { OverviewPart } from './overview/overview-part.tsx';
import { PARTS, type Part } from './route.ts';
import { RulesPart } from './rules/rules-part.tsx';
import type { Rules } from './rules/use-rules.ts';
import type { Settings } from './settings/use-settings.ts';
import { SetupPart } from './setup/setup-part.tsx';
import { UserPart } from './users/user-part.tsx';
import { UsersPart } from './users/users-part.tsx';

/** What a part may need. */
export interface Open {
  api: Api;
  live: Listening;
  settings: Settings;
  rules: Rules;
  /** Signed in as the operator, not with a token of this connector. */
  isOperator: boolean;
  /** Its name, `domain/instance`. */
  connector: string;
  /** The connector is being removed, or that is over, whatever came of it. */
  onRemoving(isUnderWay: boolean): void;
  /** The connector is no more. */
  onRemoved(): void;
  /** Presence is polled: there are no Teams accounts. */
  polling: boolean;
  /** What of the part is open, see `Route`. */
  of: string | undefined;
}

export const SHOWN: Partial<Record<Part, (open: Open) => ComponentChildren>> = {
  overview: ({ api, live }) => <OverviewPart api={api} live={live} />,
  setup: (open) => <SetupPart {...open} />,
  users: ({ api, live, rules, of }) =>
    of === undefined ? (
      <UsersPart api={api} live={live} rules={rules} />
    ) : (
      <UserPart key={of} api={api} live={live} rules={rules} id={of} />
    ),
  rules: ({ api, rules }) => <RulesPart api={api} rules={rules} />,
  accounts: ({ api, polling }) => <AccountsPart api={api} polling={polling} />,
  agents: ({ api, settings }) => <AgentsPart api={api} masterPbx={settings.draft.masterPbx} />,
  access: (open) => <AccessPart {...open} />,
};

export const SHOWN_PARTS: readonly Part[] = PARTS.filter((part) => SHOWN[part] !== undefined);
