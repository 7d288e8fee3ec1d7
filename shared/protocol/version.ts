// Which version of the tunnel protocol this code speaks.

/**
 * Rises whenever a frame's schema changes; `test/shared/protocol.test.ts` hashes the schemas, so
 * that a change without a new version does not pass.
 */
export const PROTOCOL_VERSION = 1;
