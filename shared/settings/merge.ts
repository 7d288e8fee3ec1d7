// How a change of settings meets what is stored: PUT replaces, PATCH merges (RFC 7396).
import { SECRET_KEYS, type SettingsView } from './schema.ts';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON Merge Patch: `null` removes a member, objects merge, all else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Json = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/**
 * The settings that a PATCH asks for, still unchecked. Secrets pass as they were sent – `null` has
 * to arrive as the wish to remove – and an untouched one is kept.
 */
export function patchedSettings(current: SettingsView, patch: unknown): unknown {
  const merged = mergePatch(current, patch);
  if (!isObject(merged) || !isObject(patch)) return merged;
  for (const key of SECRET_KEYS) if (key in patch) merged[key] = patch[key];
  return merged;
}
