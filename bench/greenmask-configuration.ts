import { dirname } from 'node:path';
import type { AnonymizationType } from '../contracts/anonymization.js';
import { pathOf } from './command.js';
import { PEOPLE_RULES } from './data/people.js';

interface GreenmaskInput {
  sourceUrl: string;
  targetUrl: string;
  work: string;
}

/** The rules of `people` as Greenmask writes them, each with its engine for repeatable values where it has one. JSON, which is YAML too. */
export function greenmaskConfiguration({ sourceUrl, targetUrl, work }: GreenmaskInput): string {
  const transformers = PEOPLE_RULES.flatMap(({ columnName, anonymizationType }) => {
    const make = TRANSFORMERS[anonymizationType];
    return make ? [make(columnName)] : [];
  });
  return JSON.stringify({
    common: { pg_bin_path: dirname(pathOf('pg_dump') ?? ''), tmp_dir: work },
    log: { level: 'warn' },
    storage: { type: 'directory', directory: { path: `${work}/dumps` } },
    dump: {
      pg_dump_options: { dbname: sourceUrl, jobs: 2 },
      transformation: [{ schema: 'public', name: 'people', transformers }],
    },
    restore: { pg_restore_options: { dbname: targetUrl, jobs: 2 } },
  });
}

interface Transformer {
  name: string;
  params: Record<string, unknown>;
}

/** Null stays null on both sides. */
const TRANSFORMERS: Partial<Record<AnonymizationType, (column: string) => Transformer>> = {
  email: (column) => ({ name: 'RandomEmail', params: { column, engine: 'hash', keep_null: true } }),
  fullName: (name) => ({
    name: 'RandomPerson',
    params: { columns: [{ name, template: '{{ .FirstName }} {{ .LastName }}', keep_null: true }], engine: 'hash' },
  }),
  phone: (column) => ({ name: 'RandomPhoneNumber', params: { column, keep_null: true } }),
  address: (name) => ({
    name: 'RealAddress',
    params: { columns: [{ name, template: '{{.Address}}', keep_null: true }] },
  }),
};
