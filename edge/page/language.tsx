// In which language the page speaks: the one that was chosen here, else the first of the browser's.
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { type Language, languageOf } from '../../shared/texts/language.ts';
import { de } from './texts/de.ts';
import { en, type Texts } from './texts/en.ts';
import { inLanguage, type Said } from './texts/server-sentences.ts';

const TEXTS: Record<Language, Texts> = { en, de };
const KEY = 'presence-connector-language';

export interface Speech {
  language: Language;
  texts: Texts;
  speak(language: Language): void;
  /** A moment (ISO 8601) as short as it can be said today. */
  when(at: string): string;
  /** The same to the second. */
  clock(at: string): string;
  /** The same in full. */
  moment(at: string): string;
  /** A time span in ms, as short as it can be said. */
  duration(ms: number): string;
  /** A sentence of the server that comes in English only. */
  said(sentence: string): Said;
}

const Context = createContext<Speech | null>(null);

export function useSpeech(): Speech {
  const speech = useContext(Context);
  if (!speech) throw new Error('Outside of <Speaking>.');
  return speech;
}

export function Speaking({ children }: { children: ComponentChildren }) {
  const [language, setLanguage] = useState(firstLanguage);
  const speech = useMemo(() => speechIn(language, setLanguage), [language]);
  current = language;
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <Context.Provider value={speech}>{children}</Context.Provider>;
}

let current: Language = firstLanguage();
/** For requests, which no component makes. */
export const spokenLanguage = (): Language => current;

function firstLanguage(): Language {
  return languageOf(remembered() ?? navigator.languages.join(','));
}

function speechIn(language: Language, set: (language: Language) => void): Speech {
  const locale = localeOf(language);
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const second = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  return {
    language,
    texts: TEXTS[language],
    speak(chosen) {
      remember(chosen);
      set(chosen);
    },
    when(at) {
      const date = new Date(at);
      const today = date.toDateString() === new Date().toDateString();
      return today ? time.format(date) : `${day.format(date)}, ${time.format(date)}`;
    },
    clock(at) {
      const date = new Date(at);
      const isToday = date.toDateString() === new Date().toDateString();
      return isToday ? second.format(date) : `${day.format(date)}, ${second.format(date)}`;
    },
    duration: (ms) => span(ms, number),
    moment: (at) => full.format(new Date(at)),
    said: (sentence) => inLanguage(language, sentence),
  };
}

function span(ms: number, number: Intl.NumberFormat): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${number.format(ms / 1_000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** The reader's own region, where it goes with the language: it decides how a time is written. */
const localeOf = (language: Language): string =>
  navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;

// In a frame of another site storage may be forbidden: then the choice lasts as long as the page.
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // As above.
  }
}
