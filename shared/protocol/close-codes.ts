// Why a tunnel was closed, as WebSocket close codes (4000–4999 are the application's own).

export const CLOSE = {
  /** A newer connection of the same agent took over. The loser does not reconnect. */
  replaced: 4000,
  /** The admin removed this agent. Reconnecting is useless until it is enrolled again. */
  revoked: 4001,
  /** The agent speaks a protocol version that this edge does not know. */
  unsupportedVersion: 4002,
  /** A frame that no schema accepts: a fault of the software, not of the line. */
  badFrame: 4003,
  /** The connector was deleted. */
  connectorDeleted: 4004,
  /** No frame and no pong for longer than the silence limit. */
  silent: 4005,
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/** Codes after which dialling again would be refused again; only an admin can help. */
export const isFinal = (code: number): boolean =>
  code === CLOSE.replaced || code === CLOSE.revoked || code === CLOSE.connectorDeleted;
