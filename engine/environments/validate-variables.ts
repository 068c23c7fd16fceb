import type { ValidationResult } from '../../contracts/validation.js';
import { checkVariables } from './environment-variables.js';

/** What an application on Supabase cannot do without. */
const EXPECTED = [
  'NEXT_PUBLIC_SUPABASE_URL',
  'NEXT_PUBLIC_SUPABASE_ANON_KEY',
  'SUPABASE_SERVICE_ROLE_KEY',
  'NEXT_PUBLIC_APP_URL',
  'NODE_ENV',
];

/** Judges the variables of one environment: malformed ones are errors, absent ones that applications mostly need are warnings. */
export function validateVariables(config: Record<string, unknown>): ValidationResult {
  const given = new Map(
    Object.entries(config).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as const])),
  );
  const mistakes = checkVariables(given, '').mistakes.filter(({ key }) => key !== 'DATABASE_URL' || given.has(key));
  return {
    isValid: mistakes.length === 0,
    errors: mistakes.map(({ key, what }) => ({
      code: 'CONFIGURATION_INVALID',
      message: `${key}: ${what}`,
      object: key,
    })),
    warnings: EXPECTED.filter((key) => !given.get(key)).map((key) => ({ message: `${key}: is not set`, object: key })),
    statistics: { tables: 0, records: 0, functions: 0, triggers: 0, policies: 0, indexes: 0, sizeBytes: 0 },
  };
}
