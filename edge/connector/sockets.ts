// The object's sockets, told apart by tags: agents' tunnels, and listeners – Workers that hold a stream
// of events open for an admin's page.

export type SocketKind = 'agent' | 'listener';

export type Sockets = Pick<
  DurableObjectState,
  'acceptWebSocket' | 'getWebSockets' | 'getWebSocketAutoResponseTimestamp'
>;

type AllSockets = Sockets & Pick<DurableObjectState, 'getTags'>;

/** The sockets of one kind, as if there were no others. Other tags must not be named like a kind. */
export const socketsOf = (ctx: AllSockets, kind: SocketKind): Sockets => ({
  acceptWebSocket: (socket, tags = []) => ctx.acceptWebSocket(socket, [kind, ...tags]),
  getWebSockets: (tag = kind) => ctx.getWebSockets(tag),
  getWebSocketAutoResponseTimestamp: (socket) => ctx.getWebSocketAutoResponseTimestamp(socket),
});

export const isListener = (ctx: AllSockets, socket: WebSocket): boolean =>
  ctx.getTags(socket).includes('listener' satisfies SocketKind);
