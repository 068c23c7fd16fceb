// Compiles the sources to dist/ and copies what is not TypeScript.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(ROOT, 'dist');

rmSync(dist, { recursive: true, force: true });
rmSync(join(ROOT, 'switcher/dist'), { recursive: true, force: true });
for (const project of ['switcher/tsconfig.build.json', 'tsconfig.build.json']) {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
const { code } = await bundleWorkflowCode({
  workflowsPath: join(dist, 'workflows/index.js'),
  logger: new DefaultLogger('WARN'),
});
writeFileSync(join(dist, 'workflows/bundle.js'), code);
cpSync(join(ROOT, 'examples/loft'), join(dist, 'examples/loft'), {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
});
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
writeFileSync(join(dist, 'package.json'), JSON.stringify({ type: 'module', version }));
chmodSync(join(dist, 'client/cli/main.js'), 0o755);
writeFileSync(join(dist, '.built'), '');
