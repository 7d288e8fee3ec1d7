// Which part of the page is open: it stands behind the # of the address, so that it can be linked to.
import { useEffect, useState } from 'preact/hooks';

export const PARTS = ['overview', 'settings', 'accounts', 'agents', 'users'] as const;
export type Part = (typeof PARTS)[number];

export const addressOf = (part: Part): string => `#${part}`;

export function usePart(): Part {
  const [part, setPart] = useState(openPart);
  useEffect(() => {
    const onChange = () => setPart(openPart());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return part;
}

const openPart = (): Part => PARTS.find((part) => addressOf(part) === location.hash) ?? 'overview';
