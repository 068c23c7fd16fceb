import { z } from 'zod';
import { ENVIRONMENT_TYPES, hasLoadLimit, RESTORE_STRATEGIES } from '../../contracts/environments.js';
import { ON_TROUBLE } from '../../contracts/recovery.js';
import type { CustomGenerator, TestInput } from './define-config.js';
import { LOG_LEVELS } from './define-config.js';

/** Names become file names, workflow ids and prefixes of variables. */
export const ENVIRONMENT_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

const text = z.string({ error: 'must be a text' }).min(1, 'is empty');
const flag = z.boolean({ error: 'must be true or false' });
const texts = z.array(text, { error: 'must be a list of texts' });

const fn = <Fn>() => z.custom<Fn>((value) => typeof value === 'function', 'must be a function');

const limit = z.number({ error: 'must be a number' }).positive('must be above 0');
const count = z.int({ error: 'must be a whole number' });

const SIZE = /^(\d+(?:\.\d+)?) ?([kMGT]?B)$/;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** In powers of a thousand, as sizes are shown. */
function bytesOf(size: string): number {
  const [, number, unit = 'B'] = SIZE.exec(size) ?? [];
  return Number(number) * 1000 ** UNITS.indexOf(unit);
}

/** Two sessions are the least that copies: one holds the snapshot, one reads; looking at the load takes a third. */
const limitsSchema = z
  .strictObject(
    {
      connections: count.min(2, 'must be at least 2: one session holds the snapshot, another reads').optional(),
      bytesPerSecond: limit.optional(),
      replicaLagSeconds: limit.optional(),
      oldestXminSeconds: limit.optional(),
      activeConnections: count.positive('must be above 0').optional(),
      snapshotMinutes: limit.optional(),
    },
    { error: 'must be an object like { "connections": 4 }' },
  )
  .refine((limits) => limits.connections !== 2 || !hasLoadLimit(limits), {
    path: ['connections'],
    error: 'must be at least 3: one session holds the snapshot, one reads, one looks at the load',
  });

export const environmentSchema = z.strictObject(
  {
    type: z.enum(ENVIRONMENT_TYPES, { error: `must be one of ${ENVIRONMENT_TYPES.join(', ')}` }),
    envFile: text.optional(),
    description: text.optional(),
    allowRawData: flag.default(false),
    limits: limitsSchema.optional(),
    restorePoint: z.enum(RESTORE_STRATEGIES, { error: `must be one of ${RESTORE_STRATEGIES.join(', ')}` }).optional(),
  },
  { error: 'must be an object like { "type": "test" }' },
);

const systemPattern = z
  .string({ error: 'must be a text' })
  .regex(/^[^.]+\.[^.].*$/, 'must be a pattern like public.reservation_*');

const testSchema = z.strictObject({
  name: text,
  type: z.enum(['connectivity', 'functionality', 'data_integrity', 'performance'], {
    error: 'must be one of connectivity, functionality, data_integrity, performance',
  }),
  execute: fn<TestInput['execute']>(),
  timeout: z.number({ error: 'must be a number of milliseconds' }).int().positive().default(30_000),
  retries: z.number({ error: 'must be a number' }).int().nonnegative().default(0),
});

/** Restore points say which environment they are of, not which project: those of another one would be pruned, and restored. */
const S3_PREFIX =
  'must be a text like "acme/lofts": one prefix for each project and its set of databases. Without one it was "envclone" until now';

/** Each key of the file on its own, so that a mistake in one leaves the others readable. */
export const configSections = {
  systems: z.record(text, z.array(systemPattern, { error: 'must be a list of patterns' })).default({}),
  generators: z.record(text, fn<CustomGenerator>(), { error: 'must be an object of functions' }).default({}),
  testSuites: z
    .array(z.strictObject({ name: text, runInParallel: flag.default(false), tests: z.array(testSchema) }), {
      error: 'must be a list of test suites',
    })
    .default([]),
  neutralize: z.strictObject({ keep: texts.default([]) }).default({ keep: [] }),
  rulesFile: text.default('envclone.rules.json'),
  artifactsDirectory: text.default('.envclone/artifacts'),
  artifacts: z
    .discriminatedUnion(
      'store',
      [
        z.strictObject({ store: z.literal('directory') }),
        z.strictObject({
          store: z.literal('s3'),
          bucket: text,
          prefix: z.string({ error: S3_PREFIX }).regex(/[^/]/, S3_PREFIX),
          endpoint: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
          region: text.optional(),
          pathStyle: flag.optional(),
        }),
      ],
      { error: 'must be an object like { "store": "s3", "bucket": "envclone" }' },
    )
    .prefault({ store: 'directory' }),
  restorePoints: z
    .strictObject({
      encryption: z.enum(['age', 'none'], { error: 'must be age or none' }).default('age'),
      recipients: z
        .array(z.string().regex(/^age1[a-z0-9]{20,}$/, 'must be a public key of age: age1…'), {
          error: 'must be a list of public keys',
        })
        .default([]),
      identityFile: text.default('.envclone/restore-points.key'),
      keep: count.min(1, 'must be at least 1').optional(),
      days: limit.optional(),
      databases: count.min(1, 'must be at least 1').default(2),
      maxSize: z
        .string({ error: 'must be a text like 20 GB' })
        .regex(SIZE, 'must be a size like 500 MB or 20 GB')
        .transform(bytesOf)
        .optional(),
    })
    .prefault({}),
  alerts: z
    .strictObject({ webhook: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional() })
    .default({}),
  operations: z
    .strictObject({
      onTrouble: z.enum(ON_TROUBLE, { error: `must be one of ${ON_TROUBLE.join(', ')}` }).optional(),
      waitHours: limit.default(24),
    })
    .prefault({}),
  temporal: z
    .strictObject({
      address: z
        .string({ error: 'must be a text' })
        .regex(/^[^\s:/]+:\d+$|^\[[0-9a-f:]+\]:\d+$/i, 'must be host:port')
        .optional(),
      namespace: text.optional(),
      taskQueue: text.optional(),
      tls: flag.optional(),
    })
    .default({}),
  logLevel: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
};

export type ConfigSections = { [Key in keyof typeof configSections]: z.infer<(typeof configSections)[Key]> };
export type ConfiguredTestSuite = ConfigSections['testSuites'][number];
export type EnvironmentEntry = z.infer<typeof environmentSchema>;
