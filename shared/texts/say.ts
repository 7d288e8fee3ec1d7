// From a code to a sentence in the reader's language.
import { DE } from './de.ts';
import { EN, type Text, type TextCode } from './en.ts';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

const TABLES: Record<Language, Record<TextCode, Text>> = { en: EN, de: DE };

/** Whether there is a sentence for this code. */
export const isTextCode = (code: string): code is TextCode => Object.hasOwn(EN, code);

/**
 * The sentences for a code, with `{name}` filled from `params`. A code without a sentence of its
 * own speaks through its detail: better a bare fact than silence.
 */
export function say(
  language: Language,
  code: string,
  params: Readonly<Record<string, string | number>> = {},
): Text {
  if (!isTextCode(code)) return { message: String(params['detail'] ?? code), action: '' };
  const { message, action } = TABLES[language][code];
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '?'));
  return { message: fill(message), action: fill(action) };
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
