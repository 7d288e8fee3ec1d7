// What MSAL sends through: the passed `fetch`, on the login's route. It keeps the refusal it heard,
// because MSAL's own errors bury it in text.
import type { INetworkModule, NetworkRequestOptions } from '@azure/msal-node';
import { AppError } from '../../shared/errors.ts';
import { exchange, type Fetch, jsonOf } from './exchange.ts';
import { loginError } from './login-errors.ts';
import { retryAfterIn } from './retry-after.ts';
import { destination, type Route } from './route.ts';

const TIMEOUT_MS = 20_000;

type NetworkAnswer<T> = { status: number; headers: Record<string, string>; body: T };

/** MSAL's network client for one acquisition of a token. */
export class LoginNetwork implements INetworkModule {
  /** The last refusal, or why there was no answer. */
  failure: AppError | null = null;
  readonly #route: Route;
  readonly #fetch: Fetch;
  readonly #now: () => number;

  constructor(route: Route, fetch: Fetch, now: () => number) {
    this.#route = route;
    this.#fetch = fetch;
    this.#now = now;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkAnswer<T>> {
    return this.#send('GET', url, options);
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkAnswer<T>> {
    return this.#send('POST', url, options);
  }

  async #send<T>(
    method: string,
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkAnswer<T>> {
    this.failure = null;
    try {
      return (await this.#exchange(method, url, options)) as NetworkAnswer<T>;
    } catch (error) {
      if (error instanceof AppError) this.failure = error;
      throw error;
    }
  }

  async #exchange(
    method: string,
    url: string,
    { headers = {}, body }: NetworkRequestOptions,
  ): Promise<NetworkAnswer<unknown>> {
    const target = destination(this.#route, url);
    if (target === null) throw badAnswer('The login was to be asked at a strange address.');
    const init = body === undefined ? { method, headers } : { method, headers, body };
    const answer = await exchange(this.#fetch, target, init, {
      timeoutMs: TIMEOUT_MS,
      codes: { timeout: 'login-unavailable', unreachable: 'login-unavailable' },
      what: `Login, ${method} ${new URL(target).pathname}`,
    });
    const value = jsonOf(answer.text);
    if (answer.status < 200 || answer.status > 299) {
      const wait = retryAfterIn(answer.headers, this.#now());
      const failure = loginError({ status: answer.status, body: value, retryAfterMs: wait });
      // MSAL hears a refusal too, because it then drops a refresh token that is no good any more;
      // what is no refusal it would take for an answer.
      if (!isObject(value) || !('error' in value) || failure.retry !== 'never') throw failure;
      this.failure = failure;
    } else if (!isObject(value)) {
      throw badAnswer('The login answered with something that is not JSON.');
    }
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: value };
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const badAnswer = (detail: string): AppError =>
  new AppError({ code: 'login-unavailable', retry: 'backoff', detail });
