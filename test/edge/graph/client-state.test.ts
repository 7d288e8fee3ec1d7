import { expect, test } from 'vitest';
import {
  type ClientState,
  makeClientState,
  verifyClientState,
} from '../../../edge/graph/client-state.ts';
import { createKeyring } from '../../../edge/keyring.ts';
import type { ConnectorName } from '../../../shared/ids.ts';

const keyring = createKeyring({
  settingsKey: crypto.getRandomValues(new Uint8Array(32)),
  settingsKeyPrevious: null,
});
const connector = 'example.com/microsoft365' as ConnectorName;
const other = 'example.org/microsoft365' as ConnectorName;
const state: ClientState = { accountId: crypto.randomUUID(), generation: 12, kind: 'rich' };

test('what was made is understood, within Graph’s 128 characters', async () => {
  for (const kind of ['rich', 'basic', 'users'] as const) {
    const text = await makeClientState(keyring, connector, { ...state, kind });
    expect(text.length).toBeLessThanOrEqual(128);
    expect(await verifyClientState(keyring, connector, text)).toEqual({ ...state, kind });
  }
});

test('nothing else is', async () => {
  const text = await makeClientState(keyring, connector, state);
  expect(await verifyClientState(keyring, other, text)).toBeNull();
  const forged = [
    text.replace('.12.', '.13.'),
    text.replace('.r.', '.b.'),
    text.replace('.r.', '.u.'),
    text.replace(state.accountId, crypto.randomUUID()),
    text.slice(0, -1),
    `${text}A`,
    text.replace(/\.[^.]+$/, '.'),
    text.toUpperCase(),
    '',
    'x'.repeat(1_000_000),
  ];
  for (const one of forged) expect(await verifyClientState(keyring, connector, one)).toBeNull();
});

test('an account id that does not fit is refused before Microsoft sees it', async () => {
  const accountId = 'a'.repeat(80);
  await expect(makeClientState(keyring, connector, { ...state, accountId })).rejects.toBeInstanceOf(
    RangeError,
  );
});
