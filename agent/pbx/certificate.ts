// The certificate that PBXs see who dial us. Whoever renews it (certbot, an admin) replaces two files and
// tells nobody: they are looked at from time to time, so that no restart is needed.
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { type Clock, sleep } from '../clock.ts';
import type { Log } from '../log.ts';

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Where the two of a certificate lie. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

const LOOK_EVERY_MS = 10_000;

/**
 * Hands over each new certificate until the signal says stop. Files that cannot be read or do not fit
 * together, as in the middle of a renewal, leave the one of before in use; that is said once.
 */
export async function certificateRenewals(
  files: CertificateFiles,
  first: Certificate,
  take: (certificate: Certificate) => void,
  { clock, log }: { clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  let current = first;
  let said: string | undefined;
  while (!signal.aborted) {
    await sleep(clock, LOOK_EVERY_MS, signal);
    if (signal.aborted) return;
    try {
      const found = {
        cert: await readFile(files.cert, 'utf8'),
        key: await readFile(files.key, 'utf8'),
      };
      if (found.cert === current.cert && found.key === current.key) continue;
      createSecureContext(found);
      current = found;
      said = undefined;
      take(found);
      log.info('the certificate was renewed; PBXs that connect from now on get the new one');
    } catch (error) {
      const { message } = error as Error;
      if (message === said) continue;
      said = message;
      log.warn(
        `"tls_cert" and "tls_key" were changed and cannot be used (${message}): the certificate of before stays in use; the user of the agent must be able to read both`,
      );
    }
  }
}
