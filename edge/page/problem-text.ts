// What to tell an admin about a refused request.
import { LOGIN_PROBLEMS } from '../http/login-problems.ts';
import type { Refusal } from './ask.ts';
import type { Speech } from './language.tsx';
import type { Said } from './texts/server-sentences.ts';

/** As `edge/http/errors.ts` says it; empty where it says none. */
const logIdIn = (message: string): string => / under ([\w-]+)\.$/.exec(message)?.[1] ?? '';

export function problemText({ texts, language, said }: Speech, refusal: Refusal): Said {
  const { problems } = texts;
  const own = (text: string): Said => ({ text, lang: language });
  switch (refusal.code) {
    case 'offline':
      return own(problems.offline);
    case 'unavailable':
      return own(problems.unavailable);
    case 'connector-unknown':
      return own(problems.unknownConnector);
    case 'not-found':
      return own(problems.gone);
    case 'rate-limited':
      return own(problems.tooMany(refusal.retryAfter ?? 60));
    case 'plain-http':
      return own(problems.plainHttp);
    case 'internal':
      return own(problems.internal(logIdIn(refusal.message)));
    default:
      // What Microsoft refuses is told in the language that was asked for.
      if (Object.hasOwn(LOGIN_PROBLEMS, refusal.code)) return own(refusal.message);
      if (refusal.message === '') return own(problems.answer(refusal.status));
      return said(refusal.message);
  }
}
