import { describe, expect, test } from 'vitest';
import { connectorName, pbxGuid, teamsUserId } from '../../shared/ids.ts';

describe('the name of a connector', () => {
  test.each([
    ['example.com', 'microsoft365', 'example.com/microsoft365'],
    ['Example.COM', 'Microsoft365', 'example.com/Microsoft365'],
    ['a', 'b', 'a/b'],
    ['xn--bcher-kva.example', 'my_app-2', 'xn--bcher-kva.example/my_app-2'],
    [`${'a'.repeat(252)}b`, 'c'.repeat(63), `${'a'.repeat(252)}b/${'c'.repeat(63)}`],
  ])('%s and %s: %s', (domain, instance, name) => {
    expect(connectorName(domain, instance)).toBe(name);
  });

  test.each([
    ['', 'a'],
    ['a', ''],
    ['.example.com', 'a'],
    ['example.com.', 'a'],
    ['-example.com', 'a'],
    ['exam ple.com', 'a'],
    ['example.com/x', 'a'],
    ['bücher.example', 'a'],
    ['..', 'a'],
    ['example.com', '-a'],
    ['example.com', 'a/b'],
    ['example.com', 'a.b'],
    ['example.com', '..'],
    ['example.com', 'a%2f'],
    ['example.com', 'a\n'],
    ['example.com\n', 'a'],
    ['a'.repeat(254), 'a'],
    ['example.com', 'a'.repeat(64)],
    ['__proto__', 'constructor'],
  ])('%j and %j name none', (domain, instance) => {
    expect(connectorName(domain, instance)).toBeUndefined();
  });
});

test('ids of Teams users are compared in lower case, those of the PBX as they are', () => {
  expect(teamsUserId('A70E0C2D-E793-494C-94C4-118FA0A67F42')).toBe(
    'a70e0c2d-e793-494c-94c4-118fa0a67f42',
  );
  expect(pbxGuid('C9EBCC59')).toBe('C9EBCC59');
});
