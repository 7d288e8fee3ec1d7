// Something an admin asked for and that takes a moment: whether it is under way, and what went wrong.
import { useCallback, useRef, useState } from 'preact/hooks';
import { type Refusal, refusalOf } from './ask.ts';

export interface Doing {
  busy: boolean;
  fault: Refusal | undefined;
  /** Does it unless it is being done already. Resolves `true` where it was done. */
  run(what: () => Promise<unknown>): Promise<boolean>;
  /** Takes the fault away. */
  forget(): void;
}

export function useDoing(): Doing {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Refusal>();
  const under = useRef(false);

  const run = useCallback(async (what: () => Promise<unknown>) => {
    if (under.current) return false;
    under.current = true;
    setBusy(true);
    setFault(undefined);
    try {
      await what();
      return true;
    } catch (error) {
      setFault(refusalOf(error));
      return false;
    } finally {
      under.current = false;
      setBusy(false);
    }
  }, []);
  const forget = useCallback(() => setFault(undefined), []);
  return { busy, fault, run, forget };
}
