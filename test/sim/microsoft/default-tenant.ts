// The tenant that is there with zero configuration: registrations exactly as the original's how-to
// grants them, one communication user, a few people. Secrets and passwords are made at start.
import { randomBytes } from 'node:crypto';
import { type AssignedPlan, type SignIn, teamsPlan, teamsService, type User } from './directory.ts';
import type { Random } from './random.ts';
import { addApp, makeTenant, type Tenant } from './tenant.ts';

export const defaultIds = {
  tenant: '8f2c6a1e-4b7d-4c3e-9a55-0d1e2f3a4b5c',
  syncToPbx: '1d4e7c90-6a2b-4f18-b3c5-7e8f90a1b2c3',
  syncToTeams: '2e5f8da1-7b3c-4029-84d6-8f90a1b2c3d4',
} as const;

/** People of the default tenant; `teams: false` has no Teams plan, `enabled: false` is disabled. */
export const defaultPeople = [
  { displayName: 'Anna Berg', name: 'anna.berg' },
  { displayName: 'Jürgen Müller', name: 'juergen.mueller' },
  { displayName: 'Zoë Strauß', name: 'zoe.strauss' },
  { displayName: 'Åsa Öberg', name: 'asa.oeberg' },
  { displayName: 'Ben Carter', name: 'ben.carter' },
  { displayName: 'Chloé Dubois', name: 'chloe.dubois' },
  { displayName: 'Paul Noplan', name: 'paul.noplan', teams: false },
  { displayName: 'Dora Disabled', name: 'dora.disabled', enabled: false },
] as const;

export interface NewUser {
  displayName: string;
  userPrincipalName?: string;
  mail?: string | null;
  id?: string;
  teams?: boolean;
  accountEnabled?: boolean;
  password?: string;
}

export interface TenantOptions {
  id?: string;
  domain?: string;
  /** People besides the communication users; default: defaultPeople. */
  people?: readonly NewUser[];
  /** So many people called "User 00001" … on top. */
  generatedUsers?: number;
  /** Number of communication users, or their userPrincipalNames. */
  accounts?: number | readonly string[];
  clientSecret?: string;
  password?: string;
  /** The how-to's two registrations under these ids. */
  clientIdSyncToPbx?: string;
  clientIdSyncToTeams?: string;
  /** Application permissions of the second registration beyond Presence.ReadWrite.All. */
  moreRoles?: readonly string[];
  /** Service plan id by which people of this tenant have Teams; default: the commercial one. */
  teamsPlan?: string;
}

export interface SetUp {
  readonly tenant: Tenant;
  readonly clientIdSyncToPbx: string;
  readonly clientIdSyncToTeams: string;
  readonly clientSecret: string;
  readonly accounts: readonly { username: string; password: string }[];
}

const never = 8.64e15;

/** Makes a tenant; with no options, the default one. */
export function setUpTenant(options: TenantOptions, random: Random, now: number): SetUp {
  const tenant = makeTenant(options.id ?? defaultIds.tenant, options.domain ?? 'example.com');
  tenant.teamsPlan = options.teamsPlan ?? teamsPlan;
  const clientSecret = options.clientSecret ?? `sim~${randomBytes(24).toString('base64url')}`;
  const password = options.password ?? `Sim-${randomBytes(12).toString('base64url')}!`;
  const clientIdSyncToPbx = options.clientIdSyncToPbx ?? defaultIds.syncToPbx;
  const clientIdSyncToTeams = options.clientIdSyncToTeams ?? defaultIds.syncToTeams;
  addApp(tenant, {
    id: clientIdSyncToPbx,
    name: 'Sync to PBX',
    publicClient: true,
    delegated: new Set(['User.Read.All', 'Presence.Read.All']),
  });
  addApp(tenant, {
    id: clientIdSyncToTeams,
    name: 'Sync to Teams',
    secrets: [{ value: clientSecret, expiresAt: never }],
    roles: new Set(['Presence.ReadWrite.All', ...(options.moreRoles ?? [])]),
  });

  const names = accountNames(options.accounts ?? 1, tenant.domain);
  for (const [index, name] of names.entries()) {
    const displayName = index === 0 ? 'Presence Sync' : `Presence Sync ${index + 1}`;
    addUser(tenant, { displayName, userPrincipalName: name, password }, random, now);
  }
  for (const person of options.people ?? people(tenant.domain))
    addUser(tenant, person, random, now);
  for (let i = 1; i <= (options.generatedUsers ?? 0); i++) {
    const number = String(i).padStart(5, '0');
    const userPrincipalName = `user.${number}@${tenant.domain}`;
    addUser(tenant, { displayName: `User ${number}`, userPrincipalName }, random, now);
  }
  const accounts = names.map((username) => ({ username, password }));
  return { tenant, clientIdSyncToPbx, clientIdSyncToTeams, clientSecret, accounts };
}

const people = (domain: string): NewUser[] =>
  defaultPeople.map((person) => ({
    displayName: person.displayName,
    userPrincipalName: `${person.name}@${domain}`,
    teams: !('teams' in person),
    accountEnabled: !('enabled' in person),
  }));

const accountNames = (accounts: number | readonly string[], domain: string): string[] =>
  typeof accounts === 'number'
    ? Array.from({ length: accounts }, (_, i) => `presence.sync${i === 0 ? '' : i + 1}@${domain}`)
    : [...accounts];

/** Adds a user; what is not given is made up: name@domain, a Teams plan, enabled. */
export function addUser(tenant: Tenant, given: NewUser, random: Random, now: number): User {
  const userPrincipalName =
    given.userPrincipalName ?? `${slug(given.displayName)}@${tenant.domain}`;
  const words = given.displayName.split(' ');
  const signIn: SignIn = {
    password: given.password ?? null,
    mfa: false,
    passwordExpired: false,
    blockedBy: null,
    wrongTries: 0,
    lockedUntil: 0,
  };
  return tenant.directory.add({
    id: given.id ?? random.uuid(),
    displayName: given.displayName,
    givenName: words.slice(0, -1).join(' ') || null,
    surname: words.at(-1) ?? null,
    userPrincipalName,
    mail: given.mail === undefined ? userPrincipalName : given.mail,
    accountEnabled: given.accountEnabled ?? true,
    createdDateTime: instant(now),
    assignedPlans: [
      ...exchangePlan(now),
      ...((given.teams ?? true) ? [teamsPlanEntry(now, tenant)] : []),
    ],
    other: {},
    signIn,
  });
}

/** An ASCII local part from a name with any letters. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/ä/g, 'ae')
    .replace(/ö/g, 'oe')
    .replace(/ü/g, 'ue')
    .replace(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/[^a-z0-9 ]/g, '')
    .trim()
    .replace(/ +/g, '.');

const instant = (now: number): string => new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');

export const teamsPlanEntry = (now: number, tenant: Tenant): AssignedPlan => ({
  assignedDateTime: instant(now),
  capabilityStatus: 'Enabled',
  service: teamsService,
  servicePlanId: tenant.teamsPlan,
});

// A second plan, so that nobody gets away with "has any plan".
const exchangePlan = (now: number): AssignedPlan[] => [
  {
    assignedDateTime: instant(now),
    capabilityStatus: 'Enabled',
    service: 'exchange',
    servicePlanId: 'efb87545-963c-4e0d-99df-69c6916d9eb0',
  },
];
