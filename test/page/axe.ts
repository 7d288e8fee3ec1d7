// axe-core in an open page: what it finds wrong for somebody who sees, hears or works otherwise.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Those that are on by default. */
const COLOURS = JSON.stringify(['color-contrast', 'link-in-text-block']);

/**
 * One line for each element that a rule of axe, with its best practices, finds fault with.
 * @param only the rules about colours: for a page that was looked at in others before
 */
export async function violations(page: Page, only?: 'colours'): Promise<string[]> {
  // The debugger's way in: the page's own policy forbids what this does for a script of its own.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(AXE);
  const rules = only === 'colours' ? `runOnly: { type: 'rule', values: ${COLOURS} },` : '';
  // What is right is most of a page, and nobody looks at it.
  const run = `axe.run(document, { ${rules} resultTypes: ['violations'] })`;
  const found = await page.evaluate(`${run}.then(({ violations }) => violations)`);
  return (found as AxeResults['violations']).flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}
