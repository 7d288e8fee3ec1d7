/**
 * The AppWebsocket envelope (facts §1.2): what every message has in common, and constructors for the
 * shapes all APIs share. Knows no API.
 */

/** One AppWebsocket message. */
export interface Message {
  mt: string;
  api?: string;
  src?: string;
  [field: string]: unknown;
}

/** Parses one text frame; a string says what is wrong with it. */
export function parseMessage(text: string): Message | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object';
  const message = value as Record<string, unknown>;
  if (typeof message['mt'] !== 'string') return 'mt is missing';
  if ('api' in message && typeof message['api'] !== 'string') return 'api is not a string';
  if ('src' in message && typeof message['src'] !== 'string') return 'src is not a string';
  return message as Message;
}

/** The result of a request: `<mt>Result`, with the request's `api` and `src`. */
export function result(request: Message, fields: Record<string, unknown> = {}): Message {
  return indication(request.api, `${request.mt}Result`, request.src, fields);
}

/** A failed result. The numbers are invented: no document lists them (facts §7, unknown 4). */
export function failed(request: Message, error: number, errorText: string): Message {
  return result(request, { error, errorText });
}

/** A message that answers no request; carries the `src` of what subscribed to it. */
export function indication(
  api: string | undefined,
  mt: string,
  src: string | undefined,
  fields: Record<string, unknown> = {},
): Message {
  return {
    ...(api === undefined ? {} : { api }),
    mt,
    ...(src === undefined ? {} : { src }),
    ...fields,
  };
}

/** The general refusal (facts §1.2). */
export function errorMessage(text: string, request?: Message): Message {
  return indication(request?.api, 'Error', request?.src, { text });
}
