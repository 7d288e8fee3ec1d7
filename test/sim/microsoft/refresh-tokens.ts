// Refresh tokens (facts/graph.md §3.4): 90 days, a new one at each use, the old one not revoked.
import { randomBytes } from 'node:crypto';
import type { User } from './directory.ts';
import type { App, Tenant } from './tenant.ts';

interface RefreshToken {
  readonly tenant: Tenant;
  readonly app: App;
  readonly user: User;
  readonly scope: string;
  readonly expiresAt: number;
  revoked: boolean;
}

export class RefreshTokens {
  readonly #tokens = new Map<string, RefreshToken>();

  issue(tenant: Tenant, app: App, user: User, scope: string, expiresAt: number): string {
    const value = `0.${randomBytes(64).toString('base64url')}`;
    this.#tokens.set(value, { tenant, app, user, scope, expiresAt, revoked: false });
    return value;
  }

  find(value: string): RefreshToken | undefined {
    return this.#tokens.get(value);
  }

  /** As after a password reset or "revoke sessions". */
  revoke(user: User): void {
    for (const token of this.#tokens.values()) if (token.user === user) token.revoked = true;
  }
}
