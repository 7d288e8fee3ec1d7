// The words of the settings that the original does not have, in German.
import { type AdvancedTexts, advanced as english } from '../en/advanced.ts';

export const advanced: AdvancedTexts = {
  legend: 'Selten gebraucht',
  proofs: {
    legend: 'Die App weist sich aus mit',
    secret: 'einem geheimen Clientschlüssel',
    certificate: 'einem Zertifikat',
  },
  certificate: 'Zertifikat',
  certificateHint:
    'Anstelle eines geheimen Clientschlüssels. Das Zertifikat in Entra unter Zertifikate & Geheimnisse hochladen; sein privater Schlüssel (RSA) bleibt hier versiegelt.',
  certificateKept:
    'Ein Zertifikat ist gespeichert und wird nicht wieder gezeigt. Beide Felder leer lassen, um es zu behalten.',
  certificateParts: {
    certificate: 'Zertifikat (PEM)',
    privateKey: 'Privater Schlüssel (PEM, PKCS #8)',
  },
  pem: english.pem,
  pbxContact: 'Präsenz-Kontakt auf der PBX',
  pbxContactHint:
    'Wohin Präsenz aus Teams gesetzt wird. tel: ist der eigene Zustand des Benutzers, wie in myApps. Mit einem anderen, etwa teams:, bleibt der eigene Zustand unberührt.',
  teamsPlans: 'Weitere Teams-Dienstpläne',
  teamsPlansHint:
    'IDs von Dienstplänen, die außer den bekannten als Teams gelten, eine pro Zeile. Nur nötig, wenn Benutzer mit Teams in der Liste fehlen.',
  requireLicence: 'Nur Benutzer mit Lizenz auf der PBX',
  requireLicenceHint:
    'Lässt Benutzer aus, die auf der PBX kein App(innovaphone-microsoft365) haben. Dieser Connector selbst braucht dort keine Lizenz.',
  timeline: 'Für jeden Benutzer einen Verlauf behalten',
  timelineHint:
    'Die letzten 50 Entscheidungen, höchstens 7 Tage lang, um eine falsche Präsenz zu erklären. Ausgeschaltet wird sofort gelöscht, was da ist.',
};
