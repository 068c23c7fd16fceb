import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Nobody has these; each is one of the values that a clone masks. */
const SOURCE = { email: 'kessaix.nadjwa@planted.example', name: 'Nadjwa Kessaixplanted', phone: '+213 770129834' };
/** What the target held before. */
const TARGET = { email: 'vieux.zitounix@planted.example', name: 'Zitounixplanted' };
export const CANARIES = [...Object.values(SOURCE), ...Object.values(TARGET)];

export function plantInSource(): string {
  const { email, name, phone } = SOURCE;
  return `
    update public.guests set email = '${email}', full_name = '${name}', phone = '${phone}', notes = 'call ${name} at ${phone}'
     where id = (select min(id) from public.guests)`;
}

/** Rows of unlogged tables go with the server's crash, whatever a clone does. */
export function plantInTarget(): string {
  return `
    alter table legacy."Ancienne Table" set logged;
    insert into public.profiles (email, nickname) values ('${TARGET.email}', '${TARGET.name}')`;
}

/** Files below these paths that hold a planted value, as it is or in base64: `<file>: <canary>`. */
export async function findCanaries(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    for (const file of await filesOf(path)) {
      const bytes = await readFile(file);
      for (const canary of CANARIES)
        if (formsOf(canary).some((form) => bytes.includes(form))) found.push(`${file}: ${canary}`);
    }
  }
  return found;
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Plain, and the part in common of each of the three ways in which base64 writes it, after none, one or two other bytes. */
function formsOf(canary: string): string[] {
  const encoded = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(canary)])
      .toString('base64')
      .slice(before === 0 ? 0 : 4)
      .replace(/=+$/, '')
      .slice(0, -2),
  );
  return [canary, ...encoded];
}
