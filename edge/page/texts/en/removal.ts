// Words of how a connector is removed, in English.

export interface RemovalTexts {
  heading: string;
  lead: string;
  effects: readonly string[];
  kept: string;
  field: (connector: string) => string;
  other: (connector: string) => string;
  remove: string;
  removing: string;
  takesAMoment: string;
  gone: (connector: string) => string;
  goneLead: string;
  goneNext: string;
}

export const removal: RemovalTexts = {
  heading: 'Remove this connector',
  lead: 'This cannot be undone:',
  effects: [
    'Presence is no longer kept equal. What the connector set in Teams and on the PBX is taken back.',
    'The subscriptions at Microsoft end.',
    'Every agent loses its right to connect, and every token of this connector ends.',
    'Settings, secrets, Teams accounts, pairs by hand, timelines and the list of changes are erased.',
  ],
  kept: 'The app registrations in Entra and the agent on site stay: remove them there.',
  field: (connector) => `To confirm, type ${connector}`,
  other: (connector) => `That is not the name of this connector. Type ${connector}.`,
  remove: 'Remove connector',
  removing: 'Removing …',
  takesAMoment: 'What was set is being taken back. This takes a quarter of a minute at most.',
  gone: (connector) => `${connector} is removed`,
  goneLead:
    'Its tokens are no longer valid, and no agent is connected. Its data is erased as soon as Microsoft has taken back what was set there; if Microsoft does not answer, after a quarter of an hour, and what is left then expires there by itself.',
  goneNext:
    'Now remove its app registrations in Entra and uninstall the agent. You can close this page.',
};
