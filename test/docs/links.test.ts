// Links of the documentation lead to a file, and to a heading of it, that are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './named-tests.ts';

const PAGES = ['README.md', ...pagesIn('docs'), ...pagesIn('test')];

function pagesIn(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}

/** Without what is shown to be typed. */
const proseOf = (page: string): string =>
  readFileSync(join(ROOT, page), 'utf8').replaceAll(/^```.*?^```/gms, '');

/** As GitHub makes them of headings. */
const anchorsOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

const linksOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

function leadsNowhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const to = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, to))) return true;
  return anchor !== undefined && !anchorsOf(to).includes(anchor);
}

test.each(PAGES)('%s', (page) => {
  expect(linksOf(page).filter((link) => leadsNowhere(page, link))).toEqual([]);
});

test('there are links to look at', () => {
  expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(50);
});
