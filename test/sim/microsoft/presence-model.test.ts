import { expect, test } from 'vitest';
import {
  aggregate,
  fadeMs,
  nextChangeAt,
  noPresence,
  type UserPresence,
} from './presence-model.ts';

const hour = 3_600_000;
const state = (change: (state: UserPresence) => void): UserPresence => {
  const made = noPresence();
  change(made);
  return made;
};
const client = (made: UserPresence, idle = false): void => {
  made.clients.set('desktop', { idle });
};
const session = (made: UserPresence, availability: string, activity: string, life = hour): void => {
  made.sessions.set(`app ${made.sessions.size}`, {
    availability,
    activity,
    shownActivity: activity,
    setAt: 0,
    expiresAt: life,
  });
};
const prefer = (made: UserPresence, availability: string, activity = availability): void => {
  made.preferred = { availability, activity, expiresAt: hour };
};

// facts/graph.md §1.3 and §1.4, row by row.
const rows: [string, (made: UserPresence) => void, number, string][] = [
  ['nobody there', () => {}, 0, 'Offline/Offline'],
  ['a client', (s) => client(s), 0, 'Available/Available'],
  ['an idle client', (s) => client(s, true), 0, 'Away/Away'],
  [
    'our call beats Available',
    (s) => {
      client(s);
      session(s, 'Busy', 'InACall');
    },
    0,
    'Busy/InACall',
  ],
  [
    'our Away loses against a running client',
    (s) => {
      client(s);
      session(s, 'Away', 'Away');
    },
    0,
    'Available/Available',
  ],
  ['our Away without a client', (s) => session(s, 'Away', 'Away'), 0, 'Away/Away'],
  [
    'DoNotDisturb beats Busy',
    (s) => {
      session(s, 'Busy', 'InACall');
      session(s, 'DoNotDisturb', 'Presenting');
    },
    0,
    'DoNotDisturb/Presenting',
  ],
  [
    'preferred beats sessions',
    (s) => {
      client(s);
      session(s, 'Busy', 'InACall');
      prefer(s, 'Away');
    },
    0,
    'Away/Away',
  ],
  ['preferred without session', (s) => prefer(s, 'DoNotDisturb'), 0, 'Offline/Offline'],
  [
    'preferred with our session only',
    (s) => {
      session(s, 'Available', 'Available');
      prefer(s, 'Busy');
    },
    0,
    'Busy/Busy',
  ],
  [
    'appear offline',
    (s) => {
      client(s);
      prefer(s, 'Offline', 'OffWork');
    },
    0,
    'Offline/OffWork',
  ],
  [
    'preferred expired',
    (s) => {
      client(s);
      prefer(s, 'Busy');
    },
    hour,
    'Available/Available',
  ],
  ['session expired', (s) => session(s, 'Busy', 'InACall', 1000), 1000, 'Offline/Offline'],
  [
    'Available before the fade',
    (s) => session(s, 'Available', 'Available'),
    fadeMs - 1,
    'Available/Available',
  ],
  [
    'Available fading',
    (s) => session(s, 'Available', 'Available'),
    fadeMs,
    'Available/AvailableInactive',
  ],
  ['Available faded', (s) => session(s, 'Available', 'Available'), 2 * fadeMs, 'Away/Away'],
  [
    'a meeting',
    (s) => {
      client(s);
      s.meeting = true;
    },
    0,
    'Busy/InAMeeting',
  ],
  [
    'a meeting of somebody who is not there',
    (s) => {
      s.meeting = true;
    },
    0,
    'Offline/Offline',
  ],
  [
    'a call in a meeting',
    (s) => {
      client(s);
      s.meeting = true;
      s.call = 'InACall';
    },
    0,
    'Busy/InACall',
  ],
  [
    'a Teams call',
    (s) => {
      client(s);
      s.call = 'InACall';
    },
    0,
    'Busy/InACall',
  ],
  [
    'presenting',
    (s) => {
      client(s);
      s.call = 'Presenting';
    },
    0,
    'DoNotDisturb/Presenting',
  ],
  [
    'out of office',
    (s) => {
      client(s);
      s.outOfOffice = { message: '' };
    },
    0,
    'Available/OutOfOffice',
  ],
  [
    'in a call out of office',
    (s) => {
      client(s);
      s.outOfOffice = { message: '' };
      s.call = 'InACall';
    },
    0,
    'Busy/InACall',
  ],
];

test.each(rows)('%s', (_name, change, at, expected) => {
  const seen = aggregate(state(change), at);
  expect(`${seen.availability}/${seen.activity}`).toBe(expected);
});

test('knows when it changes by itself next', () => {
  const made = state((s) => session(s, 'Available', 'Available', hour));
  expect([0, fadeMs, 2 * fadeMs, hour].map((at) => nextChangeAt(made, at))).toEqual([
    fadeMs,
    2 * fadeMs,
    hour,
    Number.POSITIVE_INFINITY,
  ]);
});
