import { ConfigurationError } from '../../contracts/errors.js';

/** The source when none is said. @throws ConfigurationError when there is not exactly one production, naming the option that says which */
export function onlyProduction(environments: ReadonlyMap<string, { type: string }>, option: string): string {
  const productions = [...environments].flatMap(([name, { type }]) => (type === 'production' ? [name] : []));
  const [only] = productions;
  if (only !== undefined && productions.length === 1) return only;
  const which = productions.length > 0 ? productions.join(', ') : 'none of type production is configured';
  throw new ConfigurationError('CONFIGURATION_INVALID', `${option} has to say which environment is read: ${which}`);
}
