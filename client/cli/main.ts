#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAnalyze } from './analyze.js';
import { addClone } from './clone.js';
import { addDoctor } from './doctor.js';
import { EXIT } from './exit-codes.js';
import { addInit } from './init.js';
import { addPlan } from './plan.js';
import { addPreview } from './preview.js';
import { addReport } from './report.js';
import { addResolve } from './resolve.js';
import { addRestorePoints } from './restore-points.js';
import { addRollback } from './rollback.js';
import { addRules } from './rules.js';
import { addSourceRole } from './source-role.js';
import { addUp } from './up.js';
import { addValidate } from './validate.js';
import { addVerify } from './verify.js';
import { addWorker } from './worker.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('envclone')
  .description(
    'Clones a production PostgreSQL database into test, training and development environments: anonymized, verified, reversible.',
  )
  .version(version)
  .option('-C, --directory <dir>', 'run as if started in <dir>')
  .option('--json', 'print one JSON document on stdout')
  .addHelpText(
    'after',
    `
Exit codes:
  0 done   1 failed and undone   2 usage or configuration   3 refused by a safety rule, nothing touched
  4 validation failed: rolled back, or kept as asked   5 needs an operator

Example:
  $ envclone clone production test --confirm test`,
  );

const ADD = [
  addInit,
  addDoctor,
  addSourceRole,
  addAnalyze,
  addRules,
  addPlan,
  addPreview,
  addClone,
  addValidate,
  addVerify,
  addRestorePoints,
  addRollback,
  addResolve,
  addReport,
  addWorker,
  addUp,
];
for (const add of ADD) add(program);
for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
}
