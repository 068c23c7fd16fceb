import { makePlan } from '../activities/make-plan.js';
import { readSchema } from '../activities/read-schema.js';
import type { AnonymizationRule, EmptyTable } from '../contracts/anonymization.js';
import type { CloneInput } from '../contracts/clone.js';
import { DataError } from '../contracts/errors.js';
import type { ClonePlan } from '../contracts/plan.js';
import type { TablePreview } from '../contracts/preview.js';
import type { OperationReport } from '../contracts/report.js';
import type { SchemaDefinition } from '../contracts/schema.js';
import type { ValidationResult } from '../contracts/validation.js';
import { collectFacts } from '../engine/anonymizer/column-facts.js';
import { type DecidedColumns, decideColumns, type UndecidedColumn } from '../engine/anonymizer/decide-columns.js';
import { resolveEmptyTables } from '../engine/anonymizer/empty-tables.js';
import { resolveKeptRows } from '../engine/anonymizer/kept-rows.js';
import { mergeProposals, openGroups } from '../engine/anonymizer/merge-proposals.js';
import type { RuleProposal } from '../engine/anonymizer/propose-rules.js';
import { inspectRules, readRulesFile, writeRules } from '../engine/anonymizer/rules-file.js';
import { sampleColumns } from '../engine/anonymizer/sample-columns.js';
import { cloneOptionsFrom } from '../engine/environments/clone-options.js';
import type { Configuration } from '../engine/environments/configuration.js';
import { renderReport } from '../engine/monitoring/render-report.js';
import { describePlan } from '../engine/plan/describe-plan.js';
import { spreadEmptiness } from '../engine/plan/empty-tables.js';
import { Session } from '../engine/postgres/session.js';
import { sourceRoleSql } from '../engine/safety/source-role.js';
import { readSourceRoleFacts } from '../engine/safety/source-role-facts.js';
import { ANONYMIZATION_CHECKS, createValidationEngine } from '../engine/validation/validation-engine.js';
import { type DoctorCheck, examine } from './doctor.js';
import { createLogger, type Logger } from './logger.js';
import { type PreviewInput, previewTable } from './preview.js';
import { openRestorePointsDesk, type RestorePointsDesk } from './restore-points.js';
import { createServicesOpener } from './services.js';

export interface RulesOutcome {
  file: string;
  rules: AnonymizationRule[];
  added: AnonymizationRule[];
  /** The same with how sure each is, and why. */
  proposals: RuleProposal[];
  emptyTables: EmptyTable[];
  addedEmptyTables: EmptyTable[];
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

/** What the command line does by itself, without a workflow: it reads databases and artifacts, and writes nothing but rules and what it finds out of restore points. */
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
  /**
   * Searches an environment for what masking left of a source's people, by the rules as they are now; nothing is written to a database. `deep`: all
   * rows of large tables too. @throws ConfigurationError, SafetyError
   */
  verify(input: VerifyInput): Promise<ValidationResult>;
  restorePoints: RestorePointsDesk;
  /** @throws DataError `ARTIFACT_MISSING` for an operation that left nothing */
  report(operation: string): Promise<{ markdown: string; json: OperationReport }>;
  sourceRoleSql(environment: string, role: string): Promise<string>;
  doctor(): Promise<DoctorCheck[]>;
}

export interface VerifyInput {
  environment: string;
  /** The environment that its rows came from. */
  against: string;
  deep: boolean;
}

/** @throws ConfigurationError when there is no readable configuration */
export async function openDesk(directory: string, logger: Logger = createLogger({ level: 'error' })): Promise<Desk> {
  const services = await createServicesOpener({ directory, logger })();
  const { configuration, guard, artifacts, monitor } = services;

  const plan: Desk['plan'] = async ({ source, target, options = {} }) => {
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
  };

  return {
    configuration,
    describePlan,

    plan,

    async analyze(environment) {
      configuration.require([environment]);
      return readSchema(await guard.admitReadable(environment));
    },

    async rules(environment, { write, undecided, sample = true }) {
      configuration.require([environment]);
      const source = await guard.admitReadable(environment);
      const schema = await readSchema(source);
      const before = await readRulesFile(configuration.rulesFile);
      const open = sample ? openGroups(schema, before.rules, before.emptyTables).flat() : [];
      const { samples, notes } = await sampleColumns({ source, facts: collectFacts(schema), columns: open });
      const merged = mergeProposals({ schema, ...before, samples, ...(undecided && { undecided }) });
      if (write) await writeRules(configuration.rulesFile, { ...before, ...merged });
      return { file: configuration.rulesFile, ...merged, notes, written: write };
    },

    async checkRules(environment) {
      configuration.require([environment]);
      const file = await inspectRules(configuration.rulesFile);
      const schema = await readSchema(await guard.admitReadable(environment));
      const empty = resolveEmptyTables(file.emptyTables, schema);
      const { emptied } = spreadEmptiness(schema.tables, empty.tables);
      const { rules, problems, undecided } = decideColumns({
        schema,
        rules: file.rules,
        generators: Object.keys(configuration.generators),
      });
      const kept = resolveKeptRows(file.keepRows, schema, rules);
      return {
        problems: [...file.problems, ...problems, ...empty.problems, ...kept.problems],
        undecided: undecided.filter(({ table }) => !emptied.has(table)),
      };
    },

    preview: (input) => previewTable(services, input),

    async verify({ environment, against, deep }) {
      const engine = createValidationEngine({ checks: ANONYMIZATION_CHECKS });
      const source = await guard.admitReadable(against);
      return engine.validateEnvironment(await guard.admitReadable(environment), {
        source,
        plan: await plan({ source: against, target: environment, options: { anonymizeData: true } }),
        health: false,
        deep,
      });
    },

    restorePoints: openRestorePointsDesk(services, logger),

    async report(operation) {
      if ((await artifacts.list(operation)).length === 0) {
        throw new DataError('ARTIFACT_MISSING', `operation ${operation} left nothing in ${artifacts.place}`);
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
