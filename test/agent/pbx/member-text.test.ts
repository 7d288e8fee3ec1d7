import { expect, test } from 'vitest';
import { memberText, nestingOf } from '../../../agent/pbx/member-text.ts';

test.each([
  ['{"info":{}}', '{}'],
  ['{ "a" : 1 , "info" : { "b" : [1, 2] } , "c" : 3 }', '{ "b" : [1, 2] }'],
  ['{"x":{"info":1},"info":2}', '2'],
  ['{"x":"\\"info\\":3,","info":"a,}\\\\"}', '"a,}\\\\"'],
  ['{"info":1,"info":2}', '2'],
  ['{"in\\u0066o":1.0}', '1.0'],
  ['{"other":1}', undefined],
  ['{}', undefined],
  ['["info",1]', undefined],
])('of %s', (json, text) => {
  expect(memberText(json, 'info')).toBe(text);
});

test.each([
  ['1', 0],
  ['{}', 1],
  ['{"a":[],"b":{"c":[[1]]}}', 4],
  ['{"[[[[":"{{{{\\"{{"}', 1],
  ['['.repeat(9_999) + ']'.repeat(9_999), 9_999],
])('the nesting of %.30s', (json, nesting) => {
  expect(nestingOf(json)).toBe(nesting);
});
