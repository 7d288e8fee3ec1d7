// Stands in the place of `jsonwebtoken` (edge/build/build-msal.ts), with which MSAL would sign by a certificate. That fails
// in workerd, so `client-assertion.ts` signs, and 60 KiB need not be loaded.
function unused(): never {
  throw new Error('MSAL is not to sign: client-assertion.ts does.');
}
export default { sign: unused, decode: unused };
