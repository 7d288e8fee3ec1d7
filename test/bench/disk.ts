// What a folder takes on the disk.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** All files below it, in KB, as the disk counts them; `ending`: of those whose names end so. */
export async function diskKb(folder: string, ending = ''): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (const entry of entries) {
    if (!(entry.isFile() && entry.name.endsWith(ending))) continue;
    // A journal may be gone by now.
    const { blocks } = await stat(join(entry.parentPath, entry.name)).catch(() => ({ blocks: 0 }));
    bytes += blocks * 512;
  }
  return Math.round(bytes / 1_024);
}
