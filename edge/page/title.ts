// What the browser calls the page: whoever looks after many connectors has as many tabs.

/** @param base the connector's own path; empty where the page is of all of them */
export const connectorAt = (base: string): string | undefined =>
  base === '' ? undefined : decodeURIComponent(base.slice(1));

export const baseOf = (pathname: string): string => pathname.replace(/\/admin$/, '');

export const titleOf = (heading: string, product: string, pathname: string): string =>
  [heading, connectorAt(baseOf(pathname)), product].filter((one) => one !== undefined).join(' – ');
