/** A list of listeners. Knows nothing of what is told. */

/** Tells listeners; `on` returns the function that ends the listening. */
export interface Signal<T> {
  on(listener: (value: T) => void): () => void;
  tell(value: T): void;
}

/** Makes an empty signal. */
export function createSignal<T>(): Signal<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(value) {
      for (const listener of [...listeners]) listener(value);
    },
  };
}
