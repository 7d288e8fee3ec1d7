// Validation tokens that were found good. One is good for eight hours (facts: graph §2.5), and may come with any number of
// notifications meanwhile; to check its signature each time is a good part of what one costs.
import type { SigningKey } from '../key-set.ts';
import type { Expected } from './validation-token.ts';

/** What is not remembered is only checked anew. */
const MOST = 256;
/** Far more than one with such claims takes. With blanks in it the same token can be written as long as one likes. */
const LONGEST = 4_096;

interface Proven {
  key: SigningKey;
  expected: Expected;
  /** Epoch ms, the difference of clocks in it: before `until`, and not before `from`. */
  from: number;
  until: number;
}

export class ProvenTokens {
  readonly #proven = new Map<string, Proven>();

  /** Whether it was found good by this very key for this app and tenant, and is still of this time. */
  has(token: string, key: SigningKey, { clientId, tenantId, cloud, now }: Expected): boolean {
    const proven = this.#proven.get(token);
    if (proven?.key !== key || now < proven.from || now >= proven.until) return false;
    const { expected } = proven;
    return (
      expected.clientId === clientId && expected.tenantId === tenantId && expected.cloud === cloud
    );
  }

  add(token: string, proven: Proven): void {
    if (token.length > LONGEST) return;
    if (this.#proven.size >= MOST) this.#proven.clear();
    this.#proven.set(token, proven);
  }
}
