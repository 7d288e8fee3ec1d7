/**
 * What is made when it is first asked for, and kept. Schemas are (docs/decisions/0054-what-starts-late.md).
 */
export function late<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
