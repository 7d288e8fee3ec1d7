// Server-sent events as they come in, piece by piece: the part of the format that ours are written in
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). The browser's own EventSource can
// neither say in which language it listens nor why it was refused.

export interface SentEvent {
  id: string | undefined;
  event: string;
  data: string;
}

/**
 * @returns takes the next piece of the text in, and gives the events that are whole by now. What is only
 * there to keep the line open (comments, `retry`) is none.
 */
export function sentEvents(): (piece: string) => SentEvent[] {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.map(eventOf).filter((event) => event !== undefined);
  };
}

function eventOf(block: string): SentEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
    // Data may be in several lines.
    const before = name === 'data' ? fields.get('data') : undefined;
    fields.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { id: fields.get('id'), event: fields.get('event') ?? 'message', data };
}
