import type { AssetName, Edge } from './deps.ts';

/**
 * An asset with headers of ours and none of those that its keeper adds: they differ from one to the other.
 * Throws where it is not there: then the installation is not whole.
 */
export async function answerAsset(
  { asset }: Pick<Edge, 'asset'>,
  name: AssetName,
  headers: Record<string, string>,
): Promise<Response> {
  const { ok, status, body } = await asset(name);
  if (!ok) {
    await body?.cancel();
    throw new Error(`Asked for the asset ${name}, the platform answered ${status}.`);
  }
  return new Response(body, { headers });
}
