// The bytes of a file that an admin wrote, with whatever editor or shell, as text.

export interface FileText {
  /** Without the mark (U+FEFF) that Windows likes to put in front. */
  readonly text: string;
  /** Of what is not UTF-8, `text` has wrong signs. */
  readonly encoding: 'UTF-8' | 'UTF-16' | 'other';
}

export function textOf(bytes: Uint8Array): FileText {
  const text = new TextDecoder().decode(bytes).replace(/^\ufeff+/, '');
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Without a mark: every sign of ours has a zero beside it then, and no text has one otherwise.
  if (isMarked || bytes.includes(0)) return { text, encoding: 'UTF-16' };
  return { text, encoding: isUtf8(bytes) ? 'UTF-8' : 'other' };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
