// A tenant of any size, for the simulated Microsoft; the simulated PBX generates users of the same names.

/** User 1 to User `users`, with so many Teams accounts; with none they are polled. */
export const tenantOf = (users: number, accounts: number) => ({
  people: Array.from({ length: users }, (_, at) => ({
    displayName: `User ${at + 1}`,
    userPrincipalName: `user${at + 1}@example.com`,
  })),
  accounts,
  moreRoles: accounts === 0 ? ['User.Read.All'] : [],
});
