// The admin API as an OpenAPI 3.1 document, made of the operations and of the schemas that check.
import * as z from 'zod';
import { CSRF_HEADER } from '../csrf.ts';
import { type ProblemCode, statusOf } from '../problem.ts';
import { SESSION_COOKIE } from '../session.ts';
import { ANSWERS } from './answers.ts';
import {
  BODIES,
  CONNECTOR_OPERATIONS,
  type Method,
  type Operation,
  type Operations,
  ROOT_OPERATIONS,
} from './operations.ts';

type Json = Record<string, unknown>;

const BELOW = '/{domain}/{instance}';

export function openapiDocument(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Presence connector, admin API',
      version: '1',
      description: 'One connector is named by domain and instance. Times are ISO 8601, in UTC.',
    },
    paths: { ...pathsOf(ROOT_OPERATIONS, ''), ...pathsOf(CONNECTOR_OPERATIONS, BELOW) },
    components: {
      schemas: { ...schemasOf(BODIES, 'input'), ...schemasOf(ANSWERS, 'output') },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: "The operator's ADMIN_TOKEN, or a connector's own token.",
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: `__Host-${SESSION_COOKIE}`,
          description: `Set by POST /api/session (on loopback without the prefix). Writes need the header ${CSRF_HEADER}.`,
        },
        access: {
          type: 'apiKey',
          in: 'header',
          name: 'cf-access-jwt-assertion',
          description: 'Put in by Cloudflare Access, where the edge stands behind it.',
        },
      },
    },
  };
}

const SIGN_INS = [{ token: [] }, { session: [] }, { access: [] }];

function pathsOf(operations: Operations, prefix: string): Json {
  return Object.fromEntries(
    Object.entries(operations).map(([path, methods]) => [
      `${prefix}${path}`,
      {
        parameters: [...`${prefix}${path}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
          name,
          in: 'path',
          required: true,
          schema: { type: 'string' },
        })),
        ...Object.fromEntries(
          Object.entries(methods).map(([method, operation]) => [
            method,
            described(`${prefix}${path}`, method as Method, operation),
          ]),
        ),
      },
    ]),
  );
}

function described(path: string, method: Method, operation: Operation): Json {
  const { summary, who, body, emptyBody, answers } = operation;
  return {
    operationId: `${method}${path.replace(/\W+(\w)/g, (_, first: string) => first.toUpperCase()).replace(/\W/g, '')}`,
    summary: who === 'operator' ? `${summary} The operator alone.` : summary,
    security: who === 'anybody' ? [] : SIGN_INS,
    parameters: [...queryOf(operation.query), ...headersOf(operation, method)],
    ...(body ? { requestBody: { required: !emptyBody, content: json(body) } } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, name]) => [status, answerOf(status, name)]),
      ),
      ...refusalsOf(path, method, operation),
    },
  };
}

const json = (name: string): Json => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});

function answerOf(status: string, name: Operation['answers'][number]): Json {
  if (name === null) return { description: 'Done.' };
  if (name === 'openapi') {
    return { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: {} } } };
  }
  if (name === 'events') {
    const description =
      'Server-sent events: `status` (Status), `user` (User), and `users`: read the list again.';
    return { description, content: { 'text/event-stream': { schema: { type: 'string' } } } };
  }
  const headers =
    name === 'Settings'
      ? { headers: { etag: { description: 'The version.', schema: { type: 'string' } } } }
      : {};
  const description = status === '201' ? 'Made.' : 'As asked.';
  return { description, ...headers, content: json(name) };
}

/** What can happen to every request of its kind, and what only to this one; by status. */
function refusalsOf(path: string, method: Method, operation: Operation): Json {
  const { who, query, body, problems = [] } = operation;
  const codes: ProblemCode[] = ['method-not-allowed', 'internal', ...problems];
  if (path !== '/healthz') codes.push('misconfigured', 'unavailable');
  if (path.startsWith(BELOW)) codes.push('connector-unknown');
  if (who !== 'anybody') codes.push('unauthorized', 'rate-limited', 'forbidden');
  if (who !== 'anybody' && method !== 'get') codes.push('csrf-token');
  if (body) codes.push('not-json');
  if (body || query) codes.push('invalid');
  codes.push('too-large');
  const statuses = new Set(codes.map(statusOf).sort());
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      {
        description: [...new Set(codes.filter((code) => statusOf(code) === status))].join(', '),
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  );
}

function queryOf(query: z.ZodObject | undefined): Json[] {
  if (!query) return [];
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }));
}

function headersOf({ who, headers = {} }: Operation, method: Method): Json[] {
  const all: Record<string, string> = { ...headers };
  if (who !== 'anybody' && method !== 'get') all[CSRF_HEADER] = 'With a session: its CSRF token.';
  return Object.entries(all).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }));
}

/** Schemas by name; where one is a part of another it is named there. */
function schemasOf(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      // A client is not to break when an answer says more one day.
      if (io === 'output' && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]),
  );
}
