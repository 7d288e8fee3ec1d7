// What the simulated routes see of HTTP: an Ask and an Answer. Knows no sockets.

export interface Ask {
  readonly method: string;
  /** As on the wire, still percent-encoded, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Headers = Readonly<Record<string, string>>;

export type Answer =
  | { kind: 'json'; status: number; headers: Headers; json: unknown }
  | { kind: 'text'; status: number; headers: Headers; text: string }
  | { kind: 'empty'; status: number; headers: Headers }
  | { kind: 'stream'; headers: Headers; open: (write: (chunk: string) => void) => () => void }
  /** The connection stays open and nothing ever comes. */
  | { kind: 'hang' }
  /** The connection is reset. */
  | { kind: 'cut' };

export const json = (status: number, body: unknown, headers: Headers = {}): Answer => ({
  kind: 'json',
  status,
  headers,
  json: body,
});
export const text = (status: number, body: string, headers: Headers = {}): Answer => ({
  kind: 'text',
  status,
  headers,
  text: body,
});
export const empty = (status: number, headers: Headers = {}): Answer => ({
  kind: 'empty',
  status,
  headers,
});

export const hang: Answer = { kind: 'hang' };
export const cut: Answer = { kind: 'cut' };

/** The status an answer shows, 0 where the client gets none. */
export const statusOf = (answer: Answer): number =>
  answer.kind === 'hang' || answer.kind === 'cut'
    ? 0
    : answer.kind === 'stream'
      ? 200
      : answer.status;

/** A header of the answer; empty where it has none. */
export const headerOf = (answer: Answer, name: string): string =>
  'headers' in answer ? (answer.headers[name] ?? '') : '';

/** Path segments, decoded; an undecodable one stays as it is. */
export function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}

/** Matches `/users/{id}/presence` without regard to case, as Graph does; null where it does not fit. */
export function matchPath(
  template: string,
  segments: readonly string[],
): Record<string, string> | null {
  const wanted = segmentsOf(template);
  if (wanted.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const given = segments[index]!;
    const key = /^(\w+\(\w+=')\{(\w+)\}('\))$/.exec(part);
    if (part.startsWith('{')) params[part.slice(1, -1)] = given;
    else if (key) {
      // `applications(appId='{id}')`: an alternate key.
      const [, head = '', name = '', tail = ''] = key;
      const fits = given.toLowerCase().startsWith(head.toLowerCase()) && given.endsWith(tail);
      if (!fits) return null;
      params[name] = given.slice(head.length, -tail.length);
    } else if (part.toLowerCase() !== given.toLowerCase()) return null;
  }
  return params;
}
