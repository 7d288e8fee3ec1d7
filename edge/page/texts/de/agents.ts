// The words about the agents, in German.
import type { AgentsTexts } from '../en/agents.ts';

export const agents: AgentsTexts = {
  heading: 'Agenten',
  lead: 'Der Agent läuft neben der PBX und baut von dort die Verbindung zu diesem Connector auf. Ein zweiter steht bereit.',
  empty: 'Noch ist kein Agent registriert.',
  newHeading: 'Einen Agenten registrieren',
  name: 'Name (optional)',
  nameHint: 'Wie er hier heißt, zum Beispiel der Ort, an dem er läuft.',
  newCode: 'Neuer Registrierungscode',
  system: 'Wo er läuft',
  systems: { linux: 'Linux', windows: 'Windows' },
  configuration: 'Programm und Konfiguration',
  install: {
    linux:
      'Das Programm als root auf den Rechner bringen: presence-agent.mjs nach /opt/presence-agent, mit einem Link darauf unter /usr/local/bin/presence-agent. Es braucht Node 20.3 oder neuer. Wer dieses Edge betreibt, hat die Datei.',
    windows:
      'presence-agent.mjs nach C:\\Program Files\\presence-agent bringen. Es braucht Node 20.3 oder neuer, für alle Benutzer installiert. Wer dieses Edge betreibt, hat die Datei.',
  },
  configFile: 'Diese Datei schreiben:',
  pbxAddress: 'Adresse der PBX',
  addressToFillIn: 'ADRESSE-DER-PBX',
  app: 'Name des App-Objekts',
  protect:
    'Bevor im Ordner dieser Datei ein Geheimnis liegt, den Ordner für alle außer den Administratoren und dem Dienst sperren, in einer PowerShell als Administrator:',
  protectCommand: 'Befehl, der den Ordner sperrt',
  passwordFile: {
    linux: 'Das Kennwort des App-Objekts, und sonst nichts, in diese Datei schreiben:',
    windows:
      'Das Kennwort des App-Objekts, und sonst nichts, mit einem Editor, der als Administrator läuft, in diese Datei schreiben:',
  },
  runThis: {
    linux: 'Das als root auf dem Rechner neben der PBX ausführen:',
    windows: 'Das auf dem Rechner neben der PBX ausführen, in einer PowerShell als Administrator:',
  },
  command: 'Befehl zum Registrieren',
  validUntil: (when) => `Einmal gültig, bis ${when}.`,
  left: 'Noch:',
  waiting: 'Wartet auf den Agenten … Diese Seite merkt von selbst, wenn er da ist.',
  come: (name) => `Der Agent ${name} ist da.`,
  afterwards: 'Danach den ganzen Weg prüfen lassen und als Dienst installieren:',
  expired: 'Dieser Code ist abgelaufen. Einen neuen erzeugen.',
  once: 'Der Code wird nur jetzt gezeigt.',
  states: { leading: 'Führt', standby: 'Steht bereit', offline: 'Offline', revoked: 'Entfernt' },
  version: (version) => `Version ${version}`,
  pbx: 'PBX',
  pbxUp: 'verbunden',
  pbxDown: 'nicht verbunden',
  removeNamed: (name) => `Den Agenten ${name} entfernen`,
  removeTitle: (name) => `Den Agenten ${name} entfernen?`,
  removeText: 'Er wird sofort getrennt und kommt ohne einen neuen Registrierungscode nicht wieder.',
};
