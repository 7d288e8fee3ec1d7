// Holds real answers against the edge's own description: whatever it does not describe fails.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Described {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, object> };
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const ID = 'openapi';

export interface Answered {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: checked by the schema.
  body: any;
}

/** Requests to one edge, each checked. `used` says which operations have succeeded. */
export async function described(origin: string, authorization: string) {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': ISO } });
  ajv.addSchema({ $id: ID, components: strictly(document.components) });
  const validators = new Map<string, ValidateFunction>();
  const used = new Set<string>();

  const operationOf = (method: string, path: string): Described => {
    for (const [template, methods] of Object.entries(document.paths)) {
      const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
      const operation = methods[method.toLowerCase()];
      if (pattern.test(path) && operation) return operation;
    }
    throw new Error(`${method} ${path} is not described.`);
  };

  const validate = (schema: object, value: unknown, what: string) => {
    const text = JSON.stringify(schema).replaceAll('"#/', `"${ID}#/`);
    const validator = validators.get(text) ?? ajv.compile(JSON.parse(text));
    validators.set(text, validator);
    if (validator(value)) return;
    throw new Error(`${what}: ${ajv.errorsText(validator.errors)} in ${JSON.stringify(value)}`);
  };

  return {
    used,
    all: Object.values(document.paths).flatMap((methods) =>
      Object.entries(methods).flatMap(([method, { operationId }]) =>
        method === 'parameters' ? [] : [operationId],
      ),
    ),
    async ask(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = { authorization },
    ): Promise<Answered> {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers,
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const { operationId, responses } = operationOf(method, path.split('?')[0] ?? '');
      const what = `${operationId} ${answer.status}`;
      const expected = responses[answer.status];
      if (!expected) throw new Error(`${what} is not described: ${await answer.text()}`);
      if (answer.ok) used.add(operationId);
      const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
      const content = expected.content?.[type];
      if (type === 'text/event-stream') {
        await answer.body?.cancel();
        if (content) return { status: answer.status, headers: answer.headers, body: null };
      }
      const text = await answer.text();
      if (!expected.content && text === '') {
        return { status: answer.status, headers: answer.headers, body: null };
      }
      if (!content) throw new Error(`${what} came as "${type}": ${text}`);
      const value: unknown = JSON.parse(text);
      validate(content.schema, value, what);
      return { status: answer.status, headers: answer.headers, body: value };
    },
  };
}

/** The description lets answers say more one day; a test does not. */
function strictly<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(strictly) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.entries(schema).map(([key, value]) => [key, strictly(value)]);
  const made = Object.fromEntries(inner);
  if ('properties' in schema && !('additionalProperties' in schema)) {
    made.additionalProperties = false;
  }
  return made;
}
