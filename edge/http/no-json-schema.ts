// In the place of what zod describes schemas with: the Worker checks by them and describes none. The description of the
// API is made before, by `edge/build`.

export function toJSONSchema(): never {
  throw new Error('A Worker describes no schema.');
}

export const createToJSONSchemaMethod = () => toJSONSchema;
export const createStandardJSONSchemaMethod = () => toJSONSchema;
