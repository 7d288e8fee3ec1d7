// The words of the settings that the original does not have, in English.
import type { Certificate } from '../../../../shared/settings/schema.ts';

type Parts = Record<keyof Certificate, string>;

export interface AdvancedTexts {
  legend: string;
  proofs: { legend: string; secret: string; certificate: string };
  certificate: string;
  certificateHint: string;
  certificateKept: string;
  certificateParts: Parts;
  pem: Parts;
  pbxContact: string;
  pbxContactHint: string;
  teamsPlans: string;
  teamsPlansHint: string;
  requireLicence: string;
  requireLicenceHint: string;
  timeline: string;
  timelineHint: string;
}

const pem: Parts = {
  certificate: '-----BEGIN CERTIFICATE-----',
  privateKey: '-----BEGIN PRIVATE KEY-----',
};

export const advanced: AdvancedTexts = {
  legend: 'Rarely needed',
  proofs: {
    legend: 'The app proves itself with',
    secret: 'a client secret',
    certificate: 'a certificate',
  },
  certificate: 'Certificate',
  certificateHint:
    'In place of a client secret. Upload the certificate in Entra under Certificates & secrets; its private key (RSA) stays sealed here.',
  certificateKept:
    'A certificate is stored and is not shown again. Leave both fields empty to keep it.',
  certificateParts: { certificate: 'Certificate (PEM)', privateKey: 'Private key (PEM, PKCS #8)' },
  pem,
  pbxContact: 'Presence contact on the PBX',
  pbxContactHint:
    'Where presence from Teams is set. tel: is the user’s own state, as in myApps. With another one, such as teams:, the user’s own state stays untouched.',
  teamsPlans: 'Further Teams service plans',
  teamsPlansHint:
    'IDs of service plans that count as Teams besides the known ones, one a line. Only needed where users with Teams are missing from the list.',
  requireLicence: 'Only users with a licence on the PBX',
  requireLicenceHint:
    'Leaves out users without App(innovaphone-microsoft365) on the PBX. This connector itself needs no licence there.',
  timeline: 'Keep a timeline for each user',
  timelineHint:
    'The last 50 decisions, for 7 days at most, to explain a wrong presence. Switched off, what is there is deleted at once.',
};
