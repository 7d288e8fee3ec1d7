// `clientState`: what a subscription carries so that a notification proves itself without anybody
// being asked. It says whose subscription it is, and a MAC says that we wrote it.
import type { ConnectorName } from '../../shared/ids.ts';
import type { Keyring } from '../keyring.ts';

export interface ClientState {
  accountId: string;
  generation: number;
  /**
   * What the subscription sends: presences with their data (`rich`: only such items are its own), or
   * only whose presence changed (`basic`), or which users did.
   */
  kind: 'rich' | 'basic' | 'users';
}

/** Graph keeps no more (facts: graph §2.1). */
const LONGEST = 128;
const PURPOSE = 'client-state';
const LETTERS = { rich: 'r', basic: 'b', users: 'u' } as const;
const KINDS = { r: 'rich', b: 'basic', u: 'users' } as const;
const FORM = /^([\w-]{1,48})\.(\d{1,15})\.([rbu])\.([\w-]{16,86})$/;

/** The text for a new subscription. */
export async function makeClientState(
  keyring: Pick<Keyring, 'mac'>,
  connector: ConnectorName,
  state: ClientState,
): Promise<string> {
  const signed = `${state.accountId}.${state.generation}.${LETTERS[state.kind]}`;
  const text = `${signed}.${await keyring.mac(PURPOSE, connector, signed)}`;
  if (text.length > LONGEST || !FORM.test(text)) {
    throw new RangeError(`A clientState of ${text.length} characters does not fit.`);
  }
  return text;
}

/** What the text says, or `null` where we did not write it for this connector. */
export async function verifyClientState(
  keyring: Pick<Keyring, 'verifyMac'>,
  connector: ConnectorName,
  text: string,
): Promise<ClientState | null> {
  const [, accountId, generation, letter, mac] =
    (text.length <= LONGEST ? FORM.exec(text) : null) ?? [];
  if (!accountId || !generation || !letter || !mac) return null;
  const signed = `${accountId}.${generation}.${letter}`;
  if (!(await keyring.verifyMac(PURPOSE, connector, signed, mac))) return null;
  return { accountId, generation: Number(generation), kind: KINDS[letter as keyof typeof KINDS] };
}
