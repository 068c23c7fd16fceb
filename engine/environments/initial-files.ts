import type { EnvironmentType } from '../../contracts/environments.js';

export interface TemplateEnvironment {
  name: string;
  type: EnvironmentType;
  description: string;
}

export const templateEnvironments: readonly TemplateEnvironment[] = [
  { name: 'production', type: 'production', description: 'Only ever read.' },
  { name: 'test', type: 'test', description: 'Rebuilt from production, anonymized.' },
  { name: 'training', type: 'training', description: 'For courses, anonymized.' },
  { name: 'development', type: 'development', description: 'For developers, anonymized.' },
];

/** `envclone.config.ts` or `.json`. */
export function configTemplate(format: 'ts' | 'json'): string {
  const entries = templateEnvironments.map(({ name, type, description }) => [name, { type, description }] as const);
  if (format === 'json') return `${JSON.stringify({ environments: Object.fromEntries(entries) }, null, 2)}\n`;
  const lines = entries.map(
    ([name, { type, description }]) => `    ${name}: { type: '${type}', description: '${description}' },`,
  );
  return `import { defineConfig } from 'envclone';

// URLs and keys are in .env.<environment>, never here: this file is reviewed and committed.
export default defineConfig({
  environments: {
${lines.join('\n')}
  },
});
`;
}

/** `.env.<environment>.example` */
export function envTemplate({ name, type }: TemplateEnvironment): string {
  const nodeEnvironment = type === 'production' || type === 'test' ? type : 'development';
  return `${type === 'production' ? PRODUCTION_HEAD : TARGET_HEAD(name)}
# The direct connection, or the session mode of a pooler. Quote the value when it holds a #.
DATABASE_URL="postgres://user:password@host:5432/database"
${type === 'production' ? REPLICA_KEY : TARGET_KEYS}
# The application's own keys, for: envclone env use ${name}
# NEXT_PUBLIC_SUPABASE_URL=https://project.supabase.co
# NEXT_PUBLIC_SUPABASE_ANON_KEY=
# SUPABASE_SERVICE_ROLE_KEY=
# NEXT_PUBLIC_APP_URL=https://app.example.com
NODE_ENV=${nodeEnvironment}
`;
}

const PRODUCTION_HEAD = `# Copy to .env.production. The role must be unable to write; make one with:
#   envclone source-role production`;

const REPLICA_KEY = `# A hot standby of it: everything is then read from there.
# DATABASE_REPLICA_URL="postgres://user:password@standby:5432/database"
`;

const TARGET_HEAD = (name: string) => `# Copy into .env.${name}, and keep the ENVCLONE_MASK_KEY that is there.
# Everything in this database is replaced by a clone.`;

const TARGET_KEYS = `
# What a clone into this environment does when nobody says otherwise.
CLONE_SOURCE_ENV=production
ANONYMIZE_DATA=true
INCLUDE_AUDIT_LOGS=true
PRESERVE_USER_ROLES=true
`;
