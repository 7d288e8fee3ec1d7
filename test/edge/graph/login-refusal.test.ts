// What an admin is told who waits for a code that Microsoft does not give.
import { describe, expect, test } from 'vitest';
import { loginError } from '../../../edge/graph/login-errors.ts';
import { loginRefusal } from '../../../edge/graph/login-refusal.ts';
import { LOGIN_PROBLEMS } from '../../../edge/http/login-problems.ts';
import { AppError } from '../../../shared/errors.ts';
import { LANGUAGES, type Language } from '../../../shared/texts/language.ts';

function told(error: AppError, language: Language): string {
  const outcome = loginRefusal(error, language);
  if (outcome.ok) throw new Error('It is a refusal.');
  expect(outcome.error.code).toBe(error.code);
  return outcome.error.detail;
}

const CODES = Object.keys(LOGIN_PROBLEMS);

describe.each(LANGUAGES)('in %s', (language) => {
  test.each(CODES)('%s leaves nothing open: who will sign in is not known', (code) => {
    const error = new AppError({ code, retry: 'never', detail: 'AADSTS1' });
    expect(told(error, language)).not.toMatch(/\?|\{/);
  });
});

test.each<[Language, string]>([
  [
    'en',
    "Microsoft refuses this sign-in, for a reason this program has no words for: AADSTS99999. (Microsoft's request ID: trace-1) Entra admin center → Monitoring & health → Sign-in logs → (the failed entry) explains it; the number can be looked up at https://login.microsoftonline.com/error. Then get a code again.",
  ],
  [
    'de',
    'Microsoft lehnt diese Anmeldung ab, aus einem Grund, für den dieses Programm keine Worte hat: AADSTS99999. (Anfrage-ID bei Microsoft: trace-1) Entra Admin Center → Überwachung & Integrität → Anmeldeprotokolle → (der fehlgeschlagene Eintrag) erklärt es; die Nummer lässt sich nachschlagen unter https://login.microsoftonline.com/error. Danach noch einmal einen Code holen.',
  ],
])('a reason that nobody knows is told without a name, %s', (language, sentences) => {
  const body = { error: 'invalid_grant', error_codes: [99_999], trace_id: 'trace-1' };
  expect(told(loginError({ status: 400, body }), language)).toBe(sentences);
});
