import type { SchemaStatement } from '../../contracts/schema.js';

/** Roles that a dump gives objects to, or sets default privileges for: whoever runs it has to be able to become them. */
export function ownersOf(statements: readonly SchemaStatement[]): string[] {
  const owners = statements.flatMap(({ kind, sql }) => {
    if (kind === 'owner') return nameIn(OWNER_TO.exec(sql));
    if (kind === 'default privilege') return nameIn(FOR_ROLE.exec(sql));
    return [];
  });
  return [...new Set(owners)].sort();
}

const NAME = '(?:"((?:[^"]|"")+)"|([^\\s;"]+))';
/** `ALTER TABLE public.t OWNER TO role;` as pg_dump writes it. */
const OWNER_TO = new RegExp(`\\bOWNER TO ${NAME}\\s*;?\\s*$`, 'u');
/** `ALTER DEFAULT PRIVILEGES FOR ROLE role IN SCHEMA …` */
const FOR_ROLE = new RegExp(`\\bALTER DEFAULT PRIVILEGES FOR ROLE ${NAME}\\s`, 'u');

function nameIn(match: RegExpExecArray | null): string[] {
  const name = match?.[1]?.replaceAll('""', '"') ?? match?.[2];
  return name === undefined ? [] : [name];
}
