// The same sentences as in `code-en.ts`, in German.
import type { RefusedCode } from './code-en.ts';
import type { Text } from './text.ts';

const OF_ITS_USER: Text = {
  message: 'Microsoft lehnt diese Anmeldung wegen des Kontos ab, das sich anmeldet: {detail}.',
  action:
    'Entra Admin Center → Überwachung & Integrität → Anmeldeprotokolle → (der fehlgeschlagene Eintrag) erklärt es; die Nummer lässt sich nachschlagen unter https://login.microsoftonline.com/error. Danach noch einmal einen Code holen.',
};

export const CODE_DE: Record<RefusedCode, Text> = {
  'mfa-required.code': OF_ITS_USER,
  'mfa-enrolment-required.code': OF_ITS_USER,
  'wrong-credentials.code': OF_ITS_USER,
  'account-locked.code': OF_ITS_USER,
  'account-unknown.code': OF_ITS_USER,
  'account-disabled.code': OF_ITS_USER,
  'password-expired.code': OF_ITS_USER,
  'password-missing.code': OF_ITS_USER,
  'sign-in-revoked.code': OF_ITS_USER,
  'sign-in-too-old.code': OF_ITS_USER,
  'blocked-by-conditional-access.code': {
    message:
      'Eine Richtlinie für bedingten Zugriff des Mandanten sperrt diese Anmeldung (wegen Ort, Gerät, App oder Risiko).',
    action:
      'Entra Admin Center → Überwachung & Integrität → Anmeldeprotokolle → (der fehlgeschlagene Eintrag) → Bedingter Zugriff zeigt, welche Richtlinie es ist. Dort das Teams-Konto ausnehmen: Bedingter Zugriff → Richtlinien → (die Richtlinie) → Benutzer → Ausschließen; oder die öffentliche Adresse des Edge erlauben: Bedingter Zugriff → Benannte Standorte. Danach noch einmal einen Code holen.',
  },
  'user-not-assigned.code': {
    message:
      'Die App lässt nur Benutzer zu, die ihr zugewiesen sind, und der Benutzer dieser Anmeldung ist es nicht.',
    action:
      'Entra Admin Center → Unternehmensanwendungen → (App mit ClientIDSynctoPbx) → Benutzer und Gruppen → Benutzer/Gruppe hinzufügen: das Teams-Konto; oder Eigenschaften → Zuweisung erforderlich: Nein. Danach noch einmal einen Code holen.',
  },
  'login-refused.code': {
    message:
      'Microsoft lehnt diese Anmeldung ab, aus einem Grund, für den dieses Programm keine Worte hat: {detail}.',
    action:
      'Entra Admin Center → Überwachung & Integrität → Anmeldeprotokolle → (der fehlgeschlagene Eintrag) erklärt es; die Nummer lässt sich nachschlagen unter https://login.microsoftonline.com/error. Danach noch einmal einen Code holen.',
  },
};
