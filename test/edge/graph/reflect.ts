// The two questions that tsyringe, inside @peculiar/x509, asks of the `reflect-metadata` polyfill.
// None of the classes it makes has constructor parameters, so "nothing is known" is the answer.
type Ask = { getMetadata?: () => undefined; getOwnMetadata?: () => undefined };

const reflect = Reflect as Ask;
reflect.getMetadata ??= () => undefined;
reflect.getOwnMetadata ??= () => undefined;
