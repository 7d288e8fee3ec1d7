import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { createKeyring } from '../../edge/keyring.ts';
import { type ConnectorName, connectorName } from '../../shared/ids.ts';

const A = connectorName('a.example', 'microsoft365') as ConnectorName;
const B = connectorName('b.example', 'microsoft365') as ConnectorName;
const NOW = Date.UTC(2026, 10, 23, 12);

const bytes = (char: string) => new Uint8Array(32).fill(char.charCodeAt(0));
const keyring = (current: string, previous?: string) =>
  createKeyring({
    settingsKey: bytes(current),
    settingsKeyPrevious: previous === undefined ? null : bytes(previous),
  });
const keys = keyring('1');
const unreadable = { code: 'sealed-unreadable' };

describe('a sealed secret', () => {
  it('opens as what it was sealed', async () => {
    const sealed = await keys.seal(A, 'password', 'hunter2 ü');
    expect(sealed).not.toContain('hunter2');
    expect(decodeProtectedHeader(sealed)).toMatchObject({ connector: A, field: 'password' });
    expect(await keys.open(A, 'password', sealed)).toBe('hunter2 ü');
  });

  it('does not open for another connector', async () => {
    const sealed = await keys.seal(A, 'password', 'hunter2');
    await expect(keys.open(B, 'password', sealed)).rejects.toMatchObject(unreadable);
  });

  it('does not open as another field', async () => {
    const sealed = await keys.seal(A, 'password', 'hunter2');
    await expect(keys.open(A, 'clientSecret', sealed)).rejects.toMatchObject(unreadable);
  });

  it('does not open once a byte is changed', async () => {
    const sealed = await keys.seal(A, 'password', 'hunter2');
    const [header, key, iv, text = '', tag] = sealed.split('.');
    const changed = (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
    const forged = [header, key, iv, changed, tag].join('.');
    await expect(keys.open(A, 'password', forged)).rejects.toMatchObject(unreadable);
    await expect(keys.open(A, 'password', 'nonsense')).rejects.toMatchObject(unreadable);
  });

  it('still opens with the key before, and no longer after that', async () => {
    const sealed = await keys.seal(A, 'password', 'hunter2');
    expect(await keyring('2', '1').open(A, 'password', sealed)).toBe('hunter2');
    await expect(keyring('3', '2').open(A, 'password', sealed)).rejects.toMatchObject(unreadable);
  });
});

describe('a MAC', () => {
  it('holds for its purpose, connector and text only', async () => {
    const mac = await keys.mac('client-state', A, 'text');
    expect(await keys.verifyMac('client-state', A, 'text', mac)).toBe(true);
    expect(await keys.verifyMac('csrf', A, 'text', mac)).toBe(false);
    expect(await keys.verifyMac('client-state', B, 'text', mac)).toBe(false);
    expect(await keys.verifyMac('client-state', A, 'other', mac)).toBe(false);
    expect(await keys.verifyMac('client-state', A, 'text', 'no base64 at all')).toBe(false);
    expect(await keyring('2', '1').verifyMac('client-state', A, 'text', mac)).toBe(true);
  });
});

describe('a token', () => {
  const sign = (expiresAt: number | null = NOW + 60_000) =>
    keys.signToken('enrol', A, { id: 'one' }, expiresAt);
  const invalid = { ok: false, why: 'invalid' };

  it('says what was signed', async () => {
    const verified = await keys.verifyToken('enrol', A, await sign(), NOW);
    expect(verified).toMatchObject({ ok: true, claims: { id: 'one' } });
  });

  it('is of no use elsewhere or for anything else', async () => {
    expect(await keys.verifyToken('enrol', B, await sign(), NOW)).toEqual(invalid);
    expect(await keys.verifyToken('agent', A, await sign(), NOW)).toEqual(invalid);
    expect(await keyring('9').verifyToken('enrol', A, await sign(), NOW)).toEqual(invalid);
    expect(await keys.verifyToken('enrol', A, 'a.b.c', NOW)).toEqual(invalid);
    expect(await keys.verifyToken('enrol', A, '', NOW)).toEqual(invalid);
  });

  it('expires, and then is still known as ours', async () => {
    const late = await keys.verifyToken('enrol', A, await sign(), NOW + 61_000);
    expect(late).toEqual({ ok: false, why: 'expired' });
    const lasting = await keys.verifyToken('enrol', A, await sign(null), NOW + 1e12);
    expect(lasting).toMatchObject({ ok: true });
  });

  it('outlives one change of the key', async () => {
    const verified = await keyring('2', '1').verifyToken('enrol', A, await sign(), NOW);
    expect(verified).toMatchObject({ ok: true });
  });
});
