// Lists in the order of names, page by page. A page begins after the last row of the one before, so that
// whoever comes or goes meanwhile moves nobody to another page. Pure.
import { base64url } from 'jose';
import { fold } from './pairing.ts';

/** Of longer names the beginning sorts: a cursor has to fit into an address. */
const SORTED_CHARACTERS = 100;

/** What rows are sorted by: each has its own, and Ä stands beside A. */
export const sortKey = (name: string, id: string): string =>
  `${withoutAccents(fold(name.slice(0, SORTED_CHARACTERS)))}\n${id}`;

const withoutAccents = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '');

export const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : 1);

export const cursorOf = ({ key }: { key: string }): string => base64url.encode(key);

/** The key that a cursor says; what is no cursor of ours begins at the beginning. */
export function keyIn(cursor: string | null): string {
  try {
    const bytes = base64url.decode(cursor ?? '');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return '';
  }
}
