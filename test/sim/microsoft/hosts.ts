// The simulator's name service and its way out: notification URLs stay https and public, and this
// says at which loopback origin a host really listens. A host that is not here does not exist.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export type PostResult =
  | { ok: true; status: number; contentType: string; body: string; ms: number }
  | { ok: false; reason: string; ms: number };

const answerLimit = 64 * 1024;

export class Hosts {
  readonly #origins = new Map<string, string>();
  /** Ends requests that are still open. */
  readonly #open = new Set<(reason: string) => void>();

  constructor(hosts: Readonly<Record<string, string>>) {
    this.set(hosts);
  }

  /** Adds hosts, e.g. `{'edge.example.net': 'http://127.0.0.1:8787'}`; `*` is every other host. */
  set(hosts: Readonly<Record<string, string>>): void {
    for (const [host, origin] of Object.entries(hosts))
      this.#origins.set(host.toLowerCase(), new URL(origin).origin);
  }

  /** The host is gone from the net. */
  remove(host: string): void {
    this.#origins.delete(host.toLowerCase());
  }

  close(): void {
    for (const fail of [...this.#open]) fail('closed');
  }

  get all(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#origins);
  }

  /** POSTs to a public URL, with the Host header that it implies. Redirects are not followed. */
  post(url: string, contentType: string, body: string, timeoutMs: number): Promise<PostResult> {
    const started = performance.now();
    const ms = (): number => performance.now() - started;
    const target = new URL(url);
    const origin =
      this.#origins.get(target.host) ??
      this.#origins.get(target.hostname) ??
      this.#origins.get('*');
    if (origin === undefined) {
      return Promise.resolve({
        ok: false,
        reason: `The remote name could not be resolved: '${target.hostname}'`,
        ms: 0,
      });
    }
    const request = origin.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        this.#open.delete(fail);
        resolve({ ok: false, reason, ms: ms() });
        outgoing.destroy();
      };
      const outgoing = request(`${origin}${target.pathname}${target.search}`, {
        method: 'POST',
        // The mapped server's certificate, if any, is a laboratory's.
        rejectUnauthorized: false,
        agent: false,
        headers: {
          host: target.host,
          'content-type': contentType,
          'content-length': Buffer.byteLength(body),
          'client-request-id': crypto.randomUUID(),
        },
      });
      const timer = setTimeout(() => fail('The operation has timed out.'), timeoutMs);
      this.#open.add(fail);
      outgoing.on('error', (error) => fail(error.message));
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= answerLimit) chunks.push(chunk);
        });
        response.on('error', (error) => fail(error.message));
        response.on('end', () => {
          clearTimeout(timer);
          this.#open.delete(fail);
          resolve({
            ok: true,
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            body: Buffer.concat(chunks).toString('utf8'),
            ms: ms(),
          });
        });
      });
      outgoing.end(body);
    });
  }
}
