// Every page has its pictures, on a desk and on a phone, and the README shows every page.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PLACES } from '../page/places.ts';

const file = (path: string) => new URL(`../../${path}`, import.meta.url);
const readme = readFileSync(file('README.md'), 'utf8');

test('every place has two pictures, and there are no others', () => {
  const wanted = PLACES.flatMap(({ name }) => [`${name}.png`, `${name}-phone.png`]);
  expect(readdirSync(file('docs/screenshots')).sort()).toEqual(wanted.sort());
});

test.each(PLACES.map(({ name }) => name).filter((name) => !name.startsWith('setup-')))(
  'the README shows %s',
  (name) => {
    expect(readme).toContain(`docs/screenshots/${name}.png`);
  },
);
