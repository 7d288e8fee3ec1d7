import { expect, test, vi } from 'vitest';
import { consoleLog } from '../../edge/log.ts';

test('an event is one line, whatever is in its fields', () => {
  const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
  consoleLog('warn', 'x', { detail: 'a\r\n{"level":"error"}\u2028\u0000' });
  const [line = ''] = said.mock.calls[0] ?? [];
  said.mockRestore();
  expect(line.split(/[\r\n]/)).toHaveLength(1);
  expect(JSON.parse(line)).toEqual({
    level: 'warn',
    event: 'x',
    detail: 'a\r\n{"level":"error"}\u2028\u0000',
  });
});
