// The languages we speak. Without a sentence in any of them: the admin page takes this in.

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

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
