/** Who may import whom; README's picture shows the same arrows. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(contracts|engine|workflows|activities|worker|client|examples|test)/', pathNot: [from, ...allowed] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('contracts-know-nobody', '^contracts/', []),
    only('workflows-know-contracts', '^workflows/', ['^contracts/', '^activities/']),
    {
      name: 'workflows-know-activities-by-type',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    only('activities-know-the-engine', '^activities/', ['^contracts/', '^engine/']),
    only('worker-composes', '^worker/', ['^contracts/', '^engine/', '^activities/']),
    only('client-is-the-outside', '^client/', ['^contracts/', '^engine/', '^worker/']),
    only('engine-knows-contracts', '^engine/', ['^contracts/']),
    ...[
      'anonymizer',
      'artifacts',
      'backup',
      'catalog',
      'copy',
      'courtesy',
      'environments',
      'monitoring',
      'plan',
      'postgres',
      'rollback',
      'schema',
      'swap',
      'validation',
    ].map((stage) =>
      only(`engine-${stage}-stands-alone`, `^engine/${stage}/`, [
        '^contracts/',
        '^engine/postgres/',
        '^engine/artifacts/',
        '^engine/safety/(proofs|alert)\\.ts$',
        ...(stage === 'swap' ? ['^engine/safety/(building-)?stamp\\.ts$'] : []), // what the guard knows a database by
        ...(stage === 'swap' ? ['^engine/environments/database-url\\.ts$'] : []), // one reading of an address
        ...(stage === 'rollback' ? ['^engine/schema/', '^engine/copy/(sequences|unfinished)\\.ts$'] : []), // definitions, rows and the mark of both are one transaction
        ...(stage === 'validation' ? ['^engine/anonymizer/(detectors|known-names)\\.ts$'] : []), // one idea of what is personal
      ]),
    ),
    only('engine-safety-knows-environments', '^engine/safety/', [
      '^contracts/',
      '^engine/postgres/',
      '^engine/environments/',
    ]),
    {
      name: 'only-the-guard-makes-proofs',
      comment: 'what destroys takes a proof; every other import of the makers would be a way around the guard',
      severity: 'error',
      from: { path: '^(engine|activities|worker|client)/', pathNot: '^engine/safety/admit-(source|target)\\.ts$' },
      to: { path: '^engine/safety/proofs\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'switcher-is-a-package-of-its-own',
      severity: 'error',
      from: { path: '^switcher/' },
      to: { path: '^(contracts|engine|workflows|activities|worker|client|examples|test)/|@temporalio' },
    },
    {
      name: 'engine-never-knows-temporal',
      severity: 'error',
      from: { path: '^engine/' },
      to: { path: '@temporalio' },
    },
    {
      name: 'only-postgres-opens-databases',
      severity: 'error',
      from: { path: '^(engine|activities|worker|client)/', pathNot: '^engine/(postgres|schema)/' },
      to: { path: '^(node_modules/pg(-copy-streams)?/|pg$)', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      mainFields: ['main', 'types'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
