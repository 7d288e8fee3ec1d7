// Names of Microsoft's clouds (facts/graph.md §3.6): scopes, issuers and audiences carry them,
// whatever address the simulator itself listens on.

export type CloudName = 'global' | 'usgov' | 'usgov-dod';

export interface Cloud {
  readonly name: CloudName;
  readonly graph: string;
  readonly login: string;
  /** Presence notifications exist in the global cloud only. */
  readonly presenceNotifications: boolean;
}

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  global: {
    name: 'global',
    graph: 'https://graph.microsoft.com',
    login: 'https://login.microsoftonline.com',
    presenceNotifications: true,
  },
  usgov: {
    name: 'usgov',
    graph: 'https://graph.microsoft.us',
    login: 'https://login.microsoftonline.us',
    presenceNotifications: false,
  },
  'usgov-dod': {
    name: 'usgov-dod',
    graph: 'https://dod-graph.microsoft.us',
    login: 'https://login.microsoftonline.us',
    presenceNotifications: false,
  },
};

/** The application id of Microsoft Graph itself. */
export const graphAppId = '00000003-0000-0000-c000-000000000000';

/** The application that signs change notifications (§2.5). */
export const changeNotificationPublisher = '0bf30f3b-4a52-48df-9a82-234910c4a086';
