// What an admin does over HTTP to set a connector up, step by step.

export interface Admin {
  get<T>(path: string): Promise<T>;
  send<T>(method: 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

/** An admin of one connector. Throws with the edge's own words where it refuses something. */
export function admin(connectorUrl: string, token: string): Admin {
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${connectorUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        // One that rests is ended by an edge whose clock jumps, just when it is used again.
        connection: 'close',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
  return { get: (path) => ask('GET', path), send: ask };
}
