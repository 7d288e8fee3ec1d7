// Tries another matching out at the server, page by page, and knows for which one the answer is.
import { useState } from 'preact/hooks';
import type { MatchingStep } from '../../../shared/settings/schema.ts';
import type { DryRun, PairChange } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { type Doing, useDoing } from '../doing.ts';

export interface OtherMatching {
  matching: readonly MatchingStep[];
  /** Pairs by hand that are not to count. */
  withoutOverrides: readonly string[];
}

export interface TryOut {
  counts: DryRun['counts'];
  items: readonly PairChange[];
  next: string | undefined;
}

export interface TryingOut {
  /** Of the matching as it is now; `undefined`: not tried. */
  result: TryOut | undefined;
  /** The matching was tried, and changed since. */
  isOutdated: boolean;
  /** Nobody can be matched yet: there is nothing to try. */
  isTooEarly: boolean;
  doing: Doing;
  run(): void;
  more(): void;
}

/** @param version of the settings that the answer is about */
export function useTryOut(api: Api, other: OtherMatching, version: string): TryingOut {
  const of = JSON.stringify([other, version]);
  const [known, setKnown] = useState<{ of: string; result: TryOut }>();
  const [refusedOf, setRefusedOf] = useState('');
  const doing = useDoing();
  const result = known?.of === of ? known.result : undefined;

  async function ask(before: TryOut | undefined): Promise<void> {
    setRefusedOf(of);
    const { items, next, counts } = await api.tryMatching(other, before?.next ?? '');
    const all = [...(before?.items ?? []), ...items];
    setRefusedOf('');
    setKnown({ of, result: { counts, items: all, next } });
  }

  return {
    result,
    isOutdated: known !== undefined && result === undefined,
    isTooEarly: refusedOf === of && doing.fault?.code === 'conflict',
    doing,
    run: () => void doing.run(() => ask(undefined)),
    more: () => void doing.run(() => ask(result)),
  };
}
