// Where Microsoft's clouds are, and what their tokens are for (facts: graph §3.6).

export type Cloud = 'global' | 'usgov' | 'usgov-dod';

export interface CloudAddresses {
  graph: string;
  login: string;
}

const CLOUDS: Readonly<Record<Cloud, CloudAddresses>> = {
  global: { graph: 'https://graph.microsoft.com', login: 'https://login.microsoftonline.com' },
  usgov: { graph: 'https://graph.microsoft.us', login: 'https://login.microsoftonline.us' },
  'usgov-dod': {
    graph: 'https://dod-graph.microsoft.us',
    login: 'https://login.microsoftonline.us',
  },
};

/** The one that the settings name. */
export const cloudOf = (setting: unknown): Cloud =>
  setting === 'usgov' || setting === 'usgov-dod' ? setting : 'global';

/** Origins of a cloud. A laboratory changes only where requests go, see `route` in `client.ts`. */
export const cloudAddresses = (cloud: Cloud): CloudAddresses => CLOUDS[cloud];
