// The configuration as support may see it: what the agent knows to be harmless is shown, and nothing else.
// A password may stand behind a key that is none, in a comment, or in a text that is no TOML. Pure.
import { parse, stringify } from 'smol-toml';
import { KEYS } from '../config.ts';

export const GONE = '(removed)';

type Table = Record<string, unknown>;

/** Keys as people think them to be. */
const SECRET = /pass|pwd|secret|kennwort|geheim/i;
/** A value that took in what was meant to stand for itself: none of ours has lines. */
const TAKEN_IN = new RegExp(`\\n|(${SECRET.source}).*=`, 'i');
const isSecret = (key: string) => key !== 'password_file' && SECRET.test(key);

/** Its lines. Comments go, and of what is no TOML nearly everything. */
export function harmlessConfig(toml: string): string[] {
  const table = tableIn(toml);
  return table ? stringify(harmlessTable(table, '')).split('\n') : harmlessLines(toml);
}

export interface Secrets {
  readonly passwords: readonly string[];
  /** Files that hold one. */
  readonly files: readonly string[];
}

/** Every secret of the text, also where the settings are not right, and of PBXs that are never dialled. */
export function secretsIn(toml: string): Secrets {
  const passwords: string[] = [];
  const files: string[] = [];
  const look = (value: unknown, isPassword: boolean): void => {
    if (isTable(value) || Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'password_file' && typeof inner === 'string') files.push(inner);
        look(inner, isPassword || isSecret(key));
      }
    } else if (isPassword) passwords.push(String(value));
    else if (typeof value === 'string') passwords.push(...loginIn(value));
  };
  look(tableIn(toml), false);
  return { passwords, files };
}

function tableIn(toml: string): Table | undefined {
  try {
    return parse(toml);
  } catch {
    return undefined;
  }
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function harmlessTable(table: Table, section: string): Table {
  const known = KEYS[section] ?? [];
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [
      key,
      known.includes(key) && !isSecret(key) ? harmlessValue(value, section, key) : GONE,
    ]),
  );
}

function harmlessValue(value: unknown, section: string, key: string): unknown {
  if (section === '' && key in KEYS) {
    if (Array.isArray(value)) {
      return value.map((entry) => (isTable(entry) ? harmlessTable(entry, key) : GONE));
    }
    return isTable(value) ? harmlessTable(value, key) : GONE;
  }
  if (typeof value === 'string') return TAKEN_IN.test(value) ? GONE : withoutLogin(value);
  return typeof value === 'boolean' || typeof value === 'number' ? value : GONE;
}

/** Also of what is no URL because of a slip. */
const withoutLogin = (text: string) => text.replace(/^.*@/s, `${GONE}@`);

/** The password of a URL that has one. */
function loginIn(text: string): string[] {
  const login = text.slice(0, Math.max(0, text.lastIndexOf('@'))).replace(/^\w+:\/*/, '');
  if (!login.includes(':')) return [];
  const password = login.slice(login.indexOf(':') + 1);
  return [password, decoded(password)];
}

/** Of something that may be percent-encoded. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const HARMLESS = new Set(
  Object.values(KEYS)
    .flat()
    .filter((key) => !SECRET.test(key) && !(key in KEYS)),
);

/** Line by line, as a text that is no TOML has no other parts. */
function harmlessLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  // Where a text of several lines may have begun, nobody can tell where it ends.
  const end = lines.findIndex(
    (line) => /"""|'''/.test(line) || (SECRET.test(line) && (isOdd('"', line) || isOdd("'", line))),
  );
  return lines.map((line, at) => {
    if (line.trim() === '') return '';
    return end >= 0 && at >= end ? GONE : harmlessLine(line);
  });
}

const isOdd = (mark: string, line: string) => line.split(mark).length % 2 === 0;

function harmlessLine(line: string): string {
  const [head] = /^\s*\[\[?\s*(pbx|listen)\s*\]\]?/.exec(line) ?? [];
  if (head !== undefined) return head;
  const [, key = '', value = ''] = /^\s*(\w+)\s*=([^#]*)/.exec(line) ?? [];
  // `@`: a URL with a login, cut anywhere.
  if (!HARMLESS.has(key) || value.includes('=') || /@/.test(line) || SECRET.test(line)) return GONE;
  return `${key} =${value.trimEnd()}`;
}
