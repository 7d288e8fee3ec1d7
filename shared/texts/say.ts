// From a code to a sentence in the reader's language.
import { DE, DE_WORDS } from './de.ts';
import { EN, EN_WORDS, type TextCode, type Words } from './en.ts';
import type { Language } from './language.ts';
import type { Text } from './text.ts';

const TABLES: Record<Language, Record<TextCode, Text>> = { en: EN, de: DE };
const WORDS: Record<Language, Words> = { en: EN_WORDS, de: DE_WORDS };

/** Whether there is a sentence for this code. */
export const isTextCode = (code: string): code is TextCode => Object.hasOwn(EN, code);

type Params = Readonly<Record<string, string | number>>;

/**
 * The sentences for a code, with `{name}` filled from `params`. A code without a sentence of its
 * own speaks through its detail: better a bare fact than silence. Some params say how:
 * - `who`: a user name, empty where an account has none yet
 * - `about`: words such as `poll app`; the first of which `code.word` has sentences is used
 * - `why`: the code behind this one, whose sentences fill `{because}` and `{remedy}`
 * - `requestId`, `retryAt` (epoch ms) or `retry: 'never'`: told at the end of the message
 */
export function say(language: Language, code: string, params: Params = {}): Text {
  const { why, ...others } = params;
  const inner = why === undefined ? undefined : sentences(language, String(why), others);
  const known = inner ? { ...others, because: inner.message, remedy: inner.action } : others;
  const { message, action } = sentences(language, code, known);
  return { message: [message, ...endings(language, params)].join(' '), action };
}

function sentences(language: Language, code: string, params: Params): Text {
  const special = String(params['about'] ?? '')
    .split(' ')
    .map((word) => `${code}.${word}`);
  const found = [...special, code].find(isTextCode);
  const { message, action } = found ? TABLES[language][found] : { message: '{detail}', action: '' };
  const { unnamed } = WORDS[language];
  const known = { detail: code, ...params, ...(params['who'] === '' ? { who: unnamed } : {}) };
  return { message: filled(message, known), action: filled(action, known) };
}

/** A detail that is a sentence has its full stop once, where ours goes on to one. */
const filled = (text: string, params: Params): string =>
  text.replace(/\{(\w+)\}(\)?\.)?/g, (_, name: string, end = '') => {
    const value = String(params[name] ?? '?');
    return `${name === 'detail' && end !== '' ? value.replace(/\.$/, '') : value}${end}`;
  });

function endings(language: Language, { requestId, retry, retryAt }: Params): string[] {
  const words = WORDS[language];
  const told: string[] = [];
  if (typeof retryAt === 'number') {
    const time = new Date(retryAt).toISOString().slice(11, 19);
    told.push(filled(words.retryAt, { retryAt: time }));
  }
  if (retry === 'never') told.push(words.notAgain);
  if (requestId !== undefined) told.push(filled(words.requestId, { requestId }));
  return told;
}
