// `node:crypto`, loaded when it is first used: it is a tenth of the Worker's start. It also stands in the place of what
// MSAL imports of it (edge/build/build-msal.ts).

export const nodeCrypto = (): typeof import('node:crypto') =>
  process.getBuiltinModule('node:crypto');

export const randomUUID = (): string => crypto.randomUUID();

export const createHash = (algorithm: string) => nodeCrypto().createHash(algorithm);

export default { createHash, randomBytes: (size: number) => nodeCrypto().randomBytes(size) };
