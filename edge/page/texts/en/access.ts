// Words of who may do what, and who did, in English.

export interface AccessTexts {
  heading: string;
  lead: string;
  tokens: {
    heading: string;
    lead: string;
    empty: string;
    unnamed: string;
    issuedAt: (when: string) => string;
    newHeading: string;
    name: string;
    nameHint: string;
    issue: string;
    issued: string;
    once: string;
    revoke: string;
    revokeNamed: (name: string) => string;
    revokeTitle: (name: string) => string;
    revokeText: string;
  };
  audit: {
    heading: string;
    lead: string;
    empty: string;
    columns: { at: string; who: string; action: string; keys: string };
    older: (count: number) => string;
    operator: string;
    agent: string;
    token: (name: string) => string;
    /** By the action as the API says it. */
    actions: Record<string, string>;
  };
}

export const access: AccessTexts = {
  heading: 'Access',
  lead: 'Who may look after this connector, and who changed what.',
  tokens: {
    heading: 'Tokens of this connector',
    lead: 'With such a token somebody signs in to this connector and to no other one. It may do everything here but issue tokens.',
    empty: 'No token has been issued: only the operator can sign in.',
    unnamed: 'Without a name',
    issuedAt: (when) => `issued ${when}`,
    newHeading: 'Issue a token',
    name: 'Name (optional)',
    nameHint: 'Who it is for. The list of changes below shows it.',
    issue: 'Issue token',
    issued: 'The new token:',
    once: 'It is shown only now. Whoever has it can sign in: pass it on over a safe way.',
    revoke: 'Revoke',
    revokeNamed: (name) => `Revoke the token ${name}`,
    revokeTitle: (name) => `Revoke the token ${name}?`,
    revokeText: 'It ends at once, with everybody who is signed in with it.',
  },
  audit: {
    heading: 'Who changed what',
    lead: 'The last 1,000 changes: names of what was changed, never values.',
    empty: 'Nothing has been changed yet.',
    columns: { at: 'When', who: 'Who', action: 'What', keys: 'Of what' },
    older: (count) => `Show ${count} older`,
    operator: 'Operator',
    agent: 'Agent',
    token: (name) => `Token ${name}`,
    actions: {
      'connector created': 'Connector created',
      'settings changed': 'Settings changed',
      'token issued': 'Token issued',
      'token revoked': 'Token revoked',
      'account added': 'Teams account added',
      'account removed': 'Teams account removed',
      'enrolment opened': 'Enrolment code made',
      'agent enrolled': 'Agent enrolled',
      'agent removed': 'Agent removed',
      'agent key renewed': 'Key of the agent renewed',
    },
  },
};
