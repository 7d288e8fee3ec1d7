// The people of the laboratory: the same persons in the simulated tenant and on the simulated PBX,
// as different as real ones are. The PBX's own list is `pbx/users.ts`.
import type { NewUser } from './microsoft/default-tenant.ts';

/** Fits the default users of the simulated PBX: by address, by further address, by name. */
export const people: readonly NewUser[] = [
  { displayName: 'Alice Adams', userPrincipalName: 'alice@example.com' },
  { displayName: 'Bob Brown', userPrincipalName: 'bob@example.com' },
  { displayName: 'Carol Clark', userPrincipalName: 'carol@example.com' },
  { displayName: 'Dora Döring', userPrincipalName: 'dora@example.com' },
  { displayName: 'Erik Ek', userPrincipalName: 'erik.ek@example.com' },
  { displayName: 'Tina Teams-Only', userPrincipalName: 'tina@example.com' },
  { displayName: 'Paul Noplan', userPrincipalName: 'paul@example.com', teams: false },
];
