// A text to be copied, and the button that does it.
import { useRef, useState } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Button } from './button.tsx';

export function Copyable({ text }: { text: string }) {
  const { texts } = useSpeech();
  const [copied, setCopied] = useState(false);
  const code = useRef<HTMLElement>(null);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Over plain http, and in frames, browsers may refuse: then by selection.
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setCopied(document.execCommand('copy'));
    }
  }

  return (
    <div class="copyable">
      <code ref={code}>{text}</code>
      <Button kind="main" onClick={() => void copy()}>
        {copied ? texts.common.copied : texts.common.copy}
      </Button>
    </div>
  );
}
