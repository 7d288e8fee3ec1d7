// Device code sign-ins in progress (facts/graph.md §3.4): waiting, approved or declined.
import { randomBytes } from 'node:crypto';
import type { User } from './directory.ts';
import type { App, Tenant } from './tenant.ts';

export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly tenant: Tenant;
  readonly app: App;
  readonly scope: string;
  readonly expiresAt: number;
  pollMs: number;
  polledAt: number;
  state:
    | { kind: 'waiting' }
    | { kind: 'approved'; user: User }
    | { kind: 'declined' }
    | { kind: 'used' };
}

// Letters and digits that cannot be mistaken for each other.
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ2346789';

export class DeviceCodes {
  readonly #codes = new Map<string, DeviceCode>();

  start(tenant: Tenant, app: App, scope: string, expiresAt: number, pollMs: number): DeviceCode {
    const userCode = [...randomBytes(9)].map((byte) => alphabet[byte % alphabet.length]).join('');
    const code: DeviceCode = {
      deviceCode: randomBytes(48).toString('base64url'),
      userCode,
      tenant,
      app,
      scope,
      expiresAt,
      pollMs,
      polledAt: 0,
      state: { kind: 'waiting' },
    };
    this.#codes.set(code.deviceCode, code);
    return code;
  }

  find(deviceCode: string): DeviceCode | undefined {
    return this.#codes.get(deviceCode);
  }

  get all(): readonly DeviceCode[] {
    return [...this.#codes.values()];
  }

  /** The user types the code and signs in, second factor included. */
  approve(userCode: string, username: string): void {
    const code = this.#waiting(userCode);
    const user = code.tenant.directory.find(username);
    if (!user) throw new Error(`There is no user "${username}".`);
    code.state = { kind: 'approved', user };
  }

  decline(userCode: string): void {
    this.#waiting(userCode).state = { kind: 'declined' };
  }

  #waiting(userCode: string): DeviceCode {
    const wanted = userCode.toUpperCase();
    const code = this.all.find((one) => one.userCode === wanted && one.state.kind === 'waiting');
    if (!code) throw new Error(`No sign-in is waiting for the code "${userCode}".`);
    return code;
  }
}
