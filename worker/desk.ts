import { makePlan } from '../activities/make-plan.js';
import { readSchema } from '../activities/read-schema.js';
import type { AnonymizationRule } from '../contracts/anonymization.js';
import type { RestorePointSummary } from '../contracts/backup.js';
import type { CloneInput } from '../contracts/clone.js';
import { DataError } from '../contracts/errors.js';
import type { ClonePlan } from '../contracts/plan.js';
import type { TablePreview } from '../contracts/preview.js';
import type { OperationReport } from '../contracts/report.js';
import type { SchemaDefinition } from '../contracts/schema.js';
import { collectFacts } from '../engine/anonymizer/column-facts.js';
import { type DecidedColumns, decideColumns, type UndecidedColumn } from '../engine/anonymizer/decide-columns.js';
import { mergeProposals, openGroups } from '../engine/anonymizer/merge-proposals.js';
import type { RuleProposal } from '../engine/anonymizer/propose-rules.js';
import { inspectRules, readRules, writeRules } from '../engine/anonymizer/rules-file.js';
import { sampleColumns } from '../engine/anonymizer/sample-columns.js';
import { listRestorePoints } from '../engine/backup/restore-points.js';
import { cloneOptionsFrom } from '../engine/environments/clone-options.js';
import type { Configuration } from '../engine/environments/configuration.js';
import { renderReport } from '../engine/monitoring/render-report.js';
import { describePlan } from '../engine/plan/describe-plan.js';
import { Session } from '../engine/postgres/session.js';
import { sourceRoleSql } from '../engine/safety/source-role.js';
import { readSourceRoleFacts } from '../engine/safety/source-role-facts.js';
import { type DoctorCheck, examine } from './doctor.js';
import { createLogger, type Logger } from './logger.js';
import { type PreviewInput, previewTable } from './preview.js';
import { createServicesOpener } from './services.js';

export interface RulesOutcome {
  file: string;
  rules: AnonymizationRule[];
  added: AnonymizationRule[];
  /** The same with how sure each is, and why. */
  proposals: RuleProposal[];
  remaining: UndecidedColumn[];
  /** Tables whose rows were not looked at, and why. */
  notes: string[];
  written: boolean;
}

export interface RulesInput {
  write: boolean;
  undecided?: 'keep' | 'mask';
  /** Whether rows are looked at: at most a thousand of each table that has an undecided column. Default `true`. */
  sample?: boolean;
}

/** What the command line does by itself, without a workflow: it reads databases and artifacts, and writes nothing but rules. */
export interface Desk {
  configuration: Configuration;
  /** @throws what refuses the clone before a plan can be made; the plan's own refusals are in it */
  plan(input: CloneInput): Promise<ClonePlan>;
  describePlan(plan: ClonePlan): string;
  analyze(environment: string): Promise<SchemaDefinition>;
  rules(environment: string, options: RulesInput): Promise<RulesOutcome>;
  /** What would stop the next clone, from catalogs alone: every column without a rule, and every rule that cannot be followed. */
  checkRules(environment: string): Promise<Pick<DecidedColumns, 'undecided' | 'problems'>>;
  /** What masking would make of a few rows. @throws ConfigurationError for a table or a rule that is wrong */
  preview(input: PreviewInput): Promise<TablePreview>;
  restorePoints(environment: string): Promise<RestorePointSummary[]>;
  /** @throws DataError `ARTIFACT_MISSING` for an operation that left nothing */
  report(operation: string): Promise<{ markdown: string; json: OperationReport }>;
  sourceRoleSql(environment: string, role: string): Promise<string>;
  doctor(): Promise<DoctorCheck[]>;
}

/** @throws ConfigurationError when there is no readable configuration */
export async function openDesk(directory: string, logger: Logger = createLogger({ level: 'error' })): Promise<Desk> {
  const services = await createServicesOpener({ directory, logger })();
  const { configuration, guard, artifacts, monitor } = services;

  return {
    configuration,
    describePlan,

    async plan({ source, target, options = {} }) {
      configuration.require([source, target]);
      const grant = {
        operation: 'plan',
        source,
        sourceType: configuration.environment(source).type,
        target,
        confirm: target,
        options: cloneOptionsFrom({ configuration, target, options }),
      };
      return (await makePlan(services, grant)).plan;
    },

    async analyze(environment) {
      configuration.require([environment]);
      return readSchema(await guard.admitReadable(environment));
    },

    async rules(environment, { write, undecided, sample = true }) {
      configuration.require([environment]);
      const source = await guard.admitReadable(environment);
      const schema = await readSchema(source);
      const before = await readRules(configuration.rulesFile);
      const open = sample ? openGroups(schema, before).flat() : [];
      const { samples, notes } = await sampleColumns({ source, facts: collectFacts(schema), columns: open });
      const merged = mergeProposals({ schema, rules: before, samples, ...(undecided && { undecided }) });
      if (write) await writeRules(configuration.rulesFile, merged.rules);
      return { file: configuration.rulesFile, ...merged, notes, written: write };
    },

    async checkRules(environment) {
      configuration.require([environment]);
      const file = await inspectRules(configuration.rulesFile);
      const { problems, undecided } = decideColumns({
        schema: await readSchema(await guard.admitReadable(environment)),
        rules: file.rules,
        generators: Object.keys(configuration.generators),
      });
      return { problems: [...file.problems, ...problems], undecided };
    },

    preview: (input) => previewTable(services, input),

    async restorePoints(environment) {
      configuration.environment(environment);
      return listRestorePoints(artifacts, environment);
    },

    async report(operation) {
      if ((await artifacts.list(operation)).length === 0) {
        throw new DataError(
          'ARTIFACT_MISSING',
          `operation ${operation} left nothing in ${configuration.artifactsDirectory}`,
        );
      }
      const json = await monitor.generateReport(operation);
      return { json, markdown: renderReport(json) };
    },

    async sourceRoleSql(environment, role) {
      configuration.require([environment]);
      const url = configuration.environment(environment).databaseUrl.reveal();
      await using session = await Session.open({ url, environment, purpose: 'source-role', readOnly: true });
      return sourceRoleSql({ role, ...(await readSourceRoleFacts(session)) });
    },

    doctor: () => examine(services),
  };
}
