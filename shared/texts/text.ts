// What an admin reads at a lamp.

/** `{name}` is filled from a lamp's params; an empty action means that there is nothing to do. */
export interface Text {
  message: string;
  action: string;
}
