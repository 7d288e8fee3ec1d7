// The order in which an operator looks at connectors: what is broken first, then by name.
import type { ConnectorItem } from '../../http/admin-api/answers.ts';

const ORDER = ['error', 'silent', 'warning', 'unknown', 'ok'] as const;

/** A connector that did not answer is as good as broken. */
const rankOf = ({ worst }: ConnectorItem): number => ORDER.indexOf(worst?.state ?? 'silent');

export const worstFirst = (items: readonly ConnectorItem[]): ConnectorItem[] =>
  items.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.connector < b.connector ? -1 : 1));
