// The library over HTTP, for use by hand and from other processes: /control/… in JSON.
// The routes are listed in README.md.

import { controlRoutes } from './control-routes.ts';
import { type Answer, type Ask, empty, json, matchPath, segmentsOf } from './http.ts';
import type { Microsoft } from './microsoft.ts';
import type { World } from './world.ts';

/** What a control route gets. */
export interface ControlCall {
  readonly world: World;
  readonly microsoft: Microsoft;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

export interface ControlRoute {
  readonly method: string;
  readonly path: string;
  /** What it answers as JSON; undefined is 204; an Answer goes out as it is. */
  readonly run: (call: ControlCall) => unknown;
}

export const isControl = (ask: Ask): boolean => /^\/control(\/|$)/.test(ask.path);

/** Answers one control request; whatever the library throws is a 400 with its sentence. */
export async function control(world: World, microsoft: Microsoft, ask: Ask): Promise<Answer> {
  const segments = segmentsOf(ask.path).slice(1);
  for (const route of controlRoutes) {
    const params = route.method === ask.method ? matchPath(route.path, segments) : null;
    if (!params) continue;
    try {
      const body = ask.body === '' ? {} : (JSON.parse(ask.body) as Record<string, unknown>);
      const result = await route.run({ world, microsoft, params, query: ask.query, body });
      if (result === undefined) return empty(204);
      return isAnswer(result) ? result : json(200, result);
    } catch (error) {
      return json(400, { error: error instanceof Error ? error.message : String(error) });
    }
  }
  return json(404, {
    error: `There is no ${ask.method} ${ask.path}.`,
    routes: controlRoutes.map((one) => `${one.method} /control${one.path}`),
  });
}

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'stream';
