// In the place of what MSAL asks an Azure machine for its own account with. A Worker runs on none, and none is asked for.

export class ManagedIdentityApplication {
  constructor() {
    throw new Error('A Worker has no managed identity.');
  }
}
