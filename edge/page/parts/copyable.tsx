// A text to be copied, and the button that does it.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Button } from './button.tsx';

/** Where it is too long for its line it breaks after a stop or a slash, not within a word. */
const breakable = (text: string): ComponentChildren =>
  text.split(/(?<=[./])/).map((piece, at) => [at > 0 && <wbr key={at} />, piece]);

interface CopyableProps {
  text: string;
  /** What it is, where several stand on a page. */
  name?: string;
  /** Whether copying it is what to do now. */
  kind?: 'main' | 'plain';
}

export function Copyable({ text, name, kind = 'main' }: CopyableProps) {
  const { texts } = useSpeech();
  // Which text, not whether: another one may stand here by now.
  const [copied, setCopied] = useState<string>();
  const code = useRef<HTMLElement>(null);
  const word = copied === text ? texts.common.copied : texts.common.copy;

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(text);
    } catch {
      // Over plain http, and in frames, browsers may refuse: then by selection.
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setCopied(document.execCommand('copy') ? text : undefined);
    }
  }

  return (
    <div class="copyable">
      <code ref={code}>{breakable(text)}</code>
      <Button
        kind={kind}
        {...(name === undefined ? {} : { label: `${word}: ${name}` })}
        onClick={() => void copy()}
      >
        {word}
      </Button>
    </div>
  );
}
