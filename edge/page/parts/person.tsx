// A name and what goes with it, as somebody else entered them: of any length, in any direction of writing.
// Each stands for itself (`bdi`), so that what turns its own text around turns nothing else, and the style
// shows two lines of it at most.

export function Person({ name, details = [] }: { name: string; details?: readonly string[] }) {
  return (
    <>
      <bdi class="person">{shortName(name)}</bdi>
      {details.filter(Boolean).map((detail) => (
        <bdi key={detail} class="detail">
          {shortName(detail)}
        </bdi>
      ))}
    </>
  );
}

/** More of a name helps nobody, and makes a page of a button. */
const SHOWN_CHARACTERS = 120;

/** A name as it stands in a sentence or on a button. */
export function shortName(name: string): string {
  if (name.length <= SHOWN_CHARACTERS) return name;
  // Half a character (of two code units) would be shown as a question mark.
  return `${name.slice(0, SHOWN_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** In the middle of a sentence: isolated (U+2068 … U+2069), where no element can be. */
export const isolated = (name: string): string => `\u2068${shortName(name)}\u2069`;
