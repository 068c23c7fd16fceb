import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = ['contracts', 'engine', 'workflows', 'activities', 'worker', 'client', 'examples', 'switcher/src'];

/** Whether dist/ was made of the sources as they are. */
export function isBuilt() {
  const marker = join(ROOT, 'dist', '.built');
  return existsSync(marker) && newestSource() <= statSync(marker).mtimeMs;
}

function newestSource() {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  );
  return Math.max(
    ...[...files, join(ROOT, 'tsconfig.build.json'), join(ROOT, 'package.json')].map((file) => statSync(file).mtimeMs),
  );
}
