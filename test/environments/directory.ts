import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TestDirectory extends AsyncDisposable {
  path: string;
  write(file: string, content: string | object): Promise<void>;
}

/** An empty directory outside of any node_modules, with these files. Objects become JSON. */
export async function createDirectory(files: Record<string, string | object> = {}): Promise<TestDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'envclone-test-'));
  const write = async (file: string, content: string | object) => {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  for (const [file, content] of Object.entries(files)) await write(file, content);
  return { path, write, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
