// What is taken of MSAL, from which `msal-node.js` is made. Load it by `load.ts`.
export { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node';
