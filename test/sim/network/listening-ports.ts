// The ports at which a process listens, from /proc. Linux only.
import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTENING = '0A';

export async function listeningPorts(pid: number | undefined): Promise<number[]> {
  const open = await readdir(`/proc/${pid}/fd`);
  const links = open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''));
  const own = new Set(await Promise.all(links));
  const tables = ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8'));
  const rows = (await Promise.all(tables)).flatMap((table) => table.trim().split('\n').slice(1));
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
    if (state !== LISTENING || !own.has(`socket:[${inode}]`)) return [];
    return [Number.parseInt(local.split(':')[1] ?? '', 16)];
  });
}
