// In the place of what MSAL opens a port with, for a sign-in in a browser on the same machine. Nobody signs in so
// here, and a Worker has no ports.

export class LoopbackClient {
  constructor() {
    throw new Error('A Worker opens no port.');
  }
}
