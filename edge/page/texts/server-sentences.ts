// The API says what is wrong with a field, and why a user has no partner, in English. Here are these
// sentences in German; one that is not here is shown as it came, and marked as English.
import type { Language } from '../../../shared/texts/language.ts';

/** A sentence, and the language it is really in. */
export interface Said {
  text: string;
  lang: Language;
}

/** @param sentence as the server said it */
export function inLanguage(language: Language, sentence: string): Said {
  if (language === 'en') return { text: sentence, lang: 'en' };
  const exact = GERMAN[sentence];
  if (exact !== undefined) return { text: exact, lang: 'de' };
  for (const [pattern, german] of PATTERNS) {
    const found = pattern.exec(sentence);
    if (found) return { text: german(...found.slice(1)), lang: 'de' };
  }
  return { text: sentence, lang: 'en' };
}

const GERMAN: Readonly<Record<string, string>> = {
  // shared/settings/schema.ts
  'Must be given.': 'Fehlt.',
  'There is no such key.': 'Diese Einstellung gibt es nicht.',
  'Must be the name of the PBX.': 'Muss der Name der PBX sein.',
  'Must be the name of the PBX, not its DNS name: a PBX name has no dot (good: pbx, bad: pbx.example.com).':
    'Muss der Name der PBX sein, nicht ihr DNS-Name: Ein PBX-Name hat keinen Punkt (richtig: pbx, falsch: pbx.example.com).',
  'Must be the application (client) id, a GUID.':
    'Muss die Anwendungs-ID (Client) sein, eine GUID.',
  'Must be the tenant id, a GUID, or a domain name of the tenant.':
    'Muss die Mandanten-ID sein, eine GUID, oder ein Domänenname des Mandanten.',
  'Must be a URL.': 'Muss eine URL sein.',
  'Must begin with https://, Microsoft sends nowhere else.':
    'Muss mit https:// beginnen, woandershin sendet Microsoft nicht.',
  'Must not contain a user name or password.': 'Darf weder Benutzernamen noch Kennwort enthalten.',
  'Must end in /subscriptions.': 'Muss auf /subscriptions enden.',
  'Must end in /subscriptions, without a query or fragment.':
    'Muss auf /subscriptions enden, ohne Abfrage oder Fragment.',
  'Must be given: Microsoft sends its notifications there. Polling needs none.':
    'Fehlt: Microsoft sendet seine Benachrichtigungen dorthin. Abfragen braucht keine.',
  'Must be given: the Teams accounts sign in to this app. Polling needs none.':
    'Fehlt: Die Teams-Konten melden sich an dieser App an. Abfragen braucht keine.',
  'Must be given: the tenant of the Teams accounts. Polling needs none.':
    'Fehlt: der Mandant der Teams-Konten. Abfragen braucht keinen.',
  'Must be global, usgov or usgov-dod. The cloud in China has no presence API.':
    'Muss global, usgov oder usgov-dod sein. Die Cloud in China hat keine Präsenz-API.',
  'The US Government clouds send no presence notifications: choose poll.':
    'Die Clouds der US-Regierung senden keine Präsenz-Benachrichtigungen: Abfragen wählen.',
  'Must be the id of a service plan, a GUID.': 'Muss die ID eines Dienstplans sein, eine GUID.',
  'Must be a whole number of seconds.': 'Muss eine ganze Zahl von Sekunden sein.',
  'Must be 2 to 300 seconds.': 'Müssen 2 bis 300 Sekunden sein.',
  'Names a step twice.': 'Nennt einen Schritt doppelt.',
  'Must not be empty; null removes it.': 'Darf nicht leer sein.',
  'Too small: expected array to have >=1 items': 'Mindestens ein Schritt ist nötig.',
  'Must be a presence contact such as tel:': 'Muss ein Präsenz-Kontakt wie tel: sein.',
  'Must be a certificate in PEM.': 'Muss ein Zertifikat in PEM sein.',
  'Must be an unencrypted PKCS #8 private key in PEM (BEGIN PRIVATE KEY).':
    'Muss ein unverschlüsselter privater PKCS-#8-Schlüssel in PEM sein (BEGIN PRIVATE KEY).',
  'Too small: expected string to have >=1 characters': 'Fehlt.',
  'Too big: expected array to have <=100 items': 'Höchstens 100.',
  // edge/http/admin-api/accounts.ts
  'Must be the user principal name of the account.':
    'Muss der Benutzerprinzipalname des Kontos sein.',
  'Must be a user principal name such as a@example.com.':
    'Muss ein Benutzerprinzipalname wie a@example.com sein.',
  'Must not be empty.': 'Darf nicht leer sein.',
  'This connector polls: it reads presence as the app itself and needs no Teams account. Choose the source "subscribe" first.':
    'Dieser Connector fragt ab: Er liest Präsenz als die App selbst und braucht kein Teams-Konto. Erst als Quelle „Abonnieren“ wählen.',
  'This Teams account is there already: remove it first.':
    'Dieses Teams-Konto gibt es schon: erst entfernen.',
  // edge/http/operator-only.ts
  'Only the operator may do this, not a token of one connector.':
    'Das darf nur der Betreiber, kein Token eines einzelnen Connectors.',
  // edge/http/admin-guard.ts
  'This sign-in is for another connector.': 'Diese Anmeldung gehört zu einem anderen Connector.',
  // edge/connector/users-view.ts
  'No Teams user fits this user of the PBX.': 'Kein Benutzer in Teams passt zu diesem der PBX.',
  'The App object may not see the presence of this user: tick it under Visibility.':
    'Das App-Objekt darf die Präsenz dieses Benutzers nicht sehen: unter Visibility anhaken.',
  'The App object may not see the calls of this user: tick "On the phone" under Visibility.':
    'Das App-Objekt darf die Gespräche dieses Benutzers nicht sehen: unter Visibility „On the phone“ anhaken.',
  'A call is always shown as In a call.': 'Ein Gespräch wird immer als „In einem Anruf“ gezeigt.',
  'Must be the object id or the user principal name.':
    'Muss die Objekt-ID oder der Benutzerprinzipalname sein.',
  'Must be the guid or the SIP name on the PBX.':
    'Muss die GUID oder der SIP-Name auf der PBX sein.',
  // edge/connector/connector-object.ts
  'This connector is being deleted: try again in a minute.':
    'Dieser Connector wird gerade gelöscht: in einer Minute noch einmal versuchen.',
  'There is no such user in Teams.': 'Diesen Benutzer gibt es in Teams nicht.',
  'No PBX has told its users yet: nobody can be matched.':
    'Noch hat keine PBX ihre Benutzer genannt: Niemand kann zugeordnet werden.',
  // shared/settings/schema.ts
  'Must be true or false.': 'Muss true oder false sein.',
  'This user has no licence with Teams.': 'Dieser Benutzer hat keine Lizenz mit Teams.',
  'No Teams account has room for this user: add another one.':
    'Kein Teams-Konto hat Platz für diesen Benutzer: ein weiteres hinzufügen.',
  'Microsoft refuses to subscribe the presence of this user.':
    'Microsoft lehnt es ab, die Präsenz dieses Benutzers zu abonnieren.',
  'The Teams account that is to subscribe this user cannot sign in.':
    'Das Teams-Konto, das diesen Benutzer abonnieren soll, kann sich nicht anmelden.',
  'Not matched yet: the PBX has not told its users.':
    'Noch nicht zugeordnet: Die PBX hat ihre Benutzer noch nicht genannt.',
  'No user of the PBX fits.': 'Kein Benutzer der PBX passt.',
  'The pair by hand names a user whom the PBX does not have.':
    'Die Zuordnung von Hand nennt einen Benutzer, den die PBX nicht hat.',
  'The user of the PBX whom the pair by hand names belongs to somebody else.':
    'Der Benutzer der PBX, den die Zuordnung von Hand nennt, gehört zu jemand anderem.',
};

/** The steps of the matching, as the server names them. */
const BY: Readonly<Record<string, string>> = {
  override: 'von Hand',
  email: 'über E-Mail',
  displayName: 'über Anzeigename',
  sip: 'über SIP-Name',
};

const PATTERNS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  // edge/connector/users-view.ts
  [
    /^By (\w+), more than one fits: (.*)\.$/s,
    (step = '', names = '') => `Es passen mehrere (${BY[step] ?? step}): ${names}.`,
  ],
  [
    /^This user has no licence on the PBX: (.*)\.$/s,
    (licence = '') => `Dieser Benutzer hat auf der PBX keine Lizenz: ${licence}.`,
  ],
  // edge/connector/tokens.ts
  [
    /^A connector has (\d+) tokens at most: revoke one first\.$/,
    (count = '') => `Ein Connector hat höchstens ${count} Tokens: erst eines widerrufen.`,
  ],
  // edge/connector/dry-run.ts
  [/^Matched by (\w+)\.$/, (step = '') => `Zugeordnet ${BY[step] ?? step}.`],
  // shared/settings/schema.ts
  [
    /^Must be one of the pairs that Microsoft accepts: (.*)\.$/,
    (pairs = '') => `Muss eines der Paare sein, die Microsoft annimmt: ${pairs}.`,
  ],
  [
    /^Too big: expected string to have <=(\d+) characters$/,
    (count = '') => `Höchstens ${count} Zeichen.`,
  ],
];
