// `node:crypto`, loaded when it is first used: it is a tenth of the Worker's start. In the bundle
// it also stands in the place of what MSAL imports of it (wrangler.toml).

export const nodeCrypto = (): typeof import('node:crypto') =>
  process.getBuiltinModule('node:crypto');

export const randomUUID = (): string => crypto.randomUUID();

export const createHash = (algorithm: string) => nodeCrypto().createHash(algorithm);

export default { createHash, randomBytes: (size: number) => nodeCrypto().randomBytes(size) };
