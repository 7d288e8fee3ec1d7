// From a code to a sentence in the reader's language.
import { DE, DE_ENDINGS } from './de.ts';
import { EN, EN_ENDINGS, type Endings, type Text, type TextCode } from './en.ts';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

const TABLES: Record<Language, Record<TextCode, Text>> = { en: EN, de: DE };
const ENDINGS: Record<Language, Endings> = { en: EN_ENDINGS, de: DE_ENDINGS };

/** Whether there is a sentence for this code. */
export const isTextCode = (code: string): code is TextCode => Object.hasOwn(EN, code);

type Params = Readonly<Record<string, string | number>>;

/**
 * The sentences for a code, with `{name}` filled from `params`. A code without a sentence of its
 * own speaks through its detail: better a bare fact than silence. A `requestId`, and a `retryAt`
 * (epoch ms), are told at the end of the message.
 */
export function say(language: Language, code: string, params: Params = {}): Text {
  const { message, action } = isTextCode(code)
    ? TABLES[language][code]
    : { message: '{detail}', action: '' };
  const known = { detail: code, ...params };
  const told = [filled(message, known), ...endings(language, params)].join(' ');
  return { message: told, action: filled(action, known) };
}

const filled = (text: string, params: Params): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '?'));

function endings(language: Language, { requestId, retryAt }: Params): string[] {
  const words = ENDINGS[language];
  const told: string[] = [];
  if (typeof retryAt === 'number') {
    const time = new Date(retryAt).toISOString().slice(11, 19);
    told.push(filled(words.retryAt, { retryAt: time }));
  }
  if (requestId !== undefined) told.push(filled(words.requestId, { requestId }));
  return told;
}

/** The first language of an `Accept-Language` header that we speak; English otherwise. */
export function languageOf(acceptLanguage: string | null | undefined): Language {
  const wishes = (acceptLanguage ?? '')
    .split(',')
    .map((wish) => {
      const [tag = '', ...parameters] = wish.trim().toLowerCase().split(';');
      const weight = parameters.map((p) => /^\s*q=([\d.]+)/.exec(p)?.[1]).find(Boolean);
      return {
        language: tag.split('-')[0] ?? '',
        weight: weight === undefined ? 1 : Number(weight),
      };
    })
    .sort((a, b) => b.weight - a.weight);
  for (const wish of wishes) {
    const spoken = LANGUAGES.find((language) => language === wish.language);
    if (spoken) return spoken;
  }
  return 'en';
}
