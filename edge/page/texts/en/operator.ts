// Words of the operator's page, in English.

export interface OperatorTexts {
  heading: string;
  lead: string;
  link: string;
  signIn: { lead: string; hint: string; other: string; wrongToken: string };
  empty: string;
  columns: { connector: string; worst: string; what: string };
  allGood: string;
  notAsked: string;
  again: string;
  reading: string;
  previous: string;
  next: string;
  open: {
    heading: string;
    lead: string;
    domain: string;
    instance: string;
    submit: string;
    wrong: string;
  };
}

export const operator: OperatorTexts = {
  heading: 'All connectors',
  lead: 'Each with the step that needs you most; what needs you comes first.',
  link: 'All connectors',
  signIn: {
    lead: 'To see all connectors of this edge',
    hint: 'The ADMIN_TOKEN of the edge.',
    other: 'You are signed in to one connector in this browser. Sign in here to see all of them.',
    wrongToken: 'This token is for one connector. Here only the ADMIN_TOKEN is valid.',
  },
  empty: 'There is no connector yet. Create the first one below.',
  columns: { connector: 'Connector', worst: 'Step', what: 'What is so' },
  allGood: 'Everything works.',
  notAsked: 'No answer',
  again: 'Look again',
  reading: 'Looking …',
  previous: 'Previous',
  next: 'Next',
  open: {
    heading: 'New connector',
    lead: 'A connector is one customer, named by a domain and an instance. It is created when its settings are saved.',
    domain: 'Domain',
    instance: 'Instance',
    submit: 'Go to its page',
    wrong:
      'The domain is like example.com, the instance one word of letters, digits, - and _, like microsoft365.',
  },
};
