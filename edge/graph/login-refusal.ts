// A sign-in that Microsoft refuses while an admin waits for it: what is so, and what to do.
import { type AppError, type Outcome, refused } from '../../shared/errors.ts';
import type { Language } from '../../shared/texts/language.ts';
import { say } from '../../shared/texts/say.ts';

/**
 * The refusal for an AppError with a code of `login-errors.ts`, in whole sentences. Who will sign in with the
 * code is not known yet.
 */
export function loginRefusal(
  { code, message: detail, requestId }: AppError,
  language: Language,
): Outcome<never> {
  const id = requestId === undefined ? {} : { requestId };
  const text = say(language, code, { about: 'code', detail, ...id });
  return refused(code, `${text.message} ${text.action}`.trim());
}
