// Which part of the page is open, and what in it: `#users`, `#users/<id>`. It stands behind the # of the
// address, so that it can be linked to.
import { useEffect, useState } from 'preact/hooks';

/** In the order of the navigation. */
export const PARTS = [
  'overview',
  'setup',
  'users',
  'rules',
  'accounts',
  'agents',
  'access',
] as const;
export type Part = (typeof PARTS)[number];

export interface Route {
  part: Part;
  /** What of the part is open, e.g. the id of a user; `undefined`: the part as a whole. */
  of: string | undefined;
}

export const addressOf = (part: Part, of?: string): string =>
  of === undefined ? `#${part}` : `#${part}/${encodeURIComponent(of)}`;

/** What an address leads to; to the overview where it names nothing of ours. */
export function routeOf(hash: string): Route {
  const [, name, of] = /^#([^/]*)(?:\/(.*))?$/s.exec(hash) ?? [];
  const part = PARTS.find((one) => one === name);
  if (part === undefined) return { part: 'overview', of: undefined };
  return { part, of: of ? decoded(of) : undefined };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(openRoute);
  useEffect(() => {
    const onChange = () => setRoute(openRoute());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return route;
}

const openRoute = (): Route => routeOf(location.hash);

/** An address may be typed by hand. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
