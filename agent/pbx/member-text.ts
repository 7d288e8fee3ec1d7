// The text of one member of a JSON object, exactly as it was sent: parsing and writing it anew would
// move keys like "1" to the front and spell numbers and escapes in another way.

/** @param json valid JSON of an object; of members with the same name the last one counts, as it does when parsing */
export function memberText(json: string, name: string): string | undefined {
  let found: string | undefined;
  let depth = 0;
  let key: string | undefined;
  /** Where the value of `key` begins; `undefined` outside of a value. */
  let from: number | undefined;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    const isOutermost = depth === 1;
    if (character === '"') {
      const end = endOfString(json, at);
      if (isOutermost && from === undefined) key = JSON.parse(json.slice(at, end + 1)) as string;
      at = end;
    } else if (isOutermost && (character === ',' || character === '}')) {
      if (key === name && from !== undefined) found = json.slice(from, at).trim();
      from = undefined;
      if (character === '}') depth -= 1;
    } else if (isOutermost && character === ':') from ??= at + 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
  }
  return found;
}

/** How deep objects and lists are nested in each other. @param json valid JSON */
export function nestingOf(json: string): number {
  let deepest = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at);
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

function endOfString(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    if (json[at] === '\\') at += 1;
    else if (json[at] === '"') return at;
  }
  return json.length;
}
