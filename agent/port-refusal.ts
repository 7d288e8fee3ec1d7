// Why nothing can be served at an address of the configuration, and what to do about it.
import { Refusal } from './refusal.ts';

/** @param where the setting, with its address and port. `undefined`: the code speaks of neither. */
export function portRefusal(where: string, code: string | undefined): Refusal | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return new Refusal(
        `${where} is taken by another program: end that one, or name another port.`,
      );
    case 'EADDRNOTAVAIL':
      return new Refusal(`${where} is no address of this machine: name one that is.`);
    case 'EACCES':
      return new Refusal(`${where} needs more rights: use another port, above 1023.`);
    default:
      return undefined;
  }
}
