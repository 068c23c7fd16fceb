import type { ExtensionDefinition } from '../../contracts/schema.js';
import { translatePostgresError } from '../postgres/errors.js';
import { readKeptExtensions } from '../postgres/kept-extensions.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { findUncreatable } from './uncreatable-extensions.js';

/** What a target's server offers to what a source needs. */
export interface TargetCatalog {
  environment: string;
  /** Whether the database is there. */
  exists: boolean;
  /** `server_version_num` */
  serverVersion: number;
  /** Of the database, when it is there. */
  encoding?: string;
  /** Extensions that can be created, with every version that the server has. */
  availableExtensions: { name: string; versions: string[] }[];
  /** Extensions of the source that the target's role may not create, by name, with the server's reason. Of a database that is still to be created nothing is known. */
  uncreatable: ReadonlyMap<string, string>;
  /** Extensions of its database that its role can neither drop nor make again. */
  keptExtensions: string[];
  /** All roles of the server. */
  roles: string[];
  /** Roles that the target's role may give objects to. */
  assignableRoles: string[];
  isSuperuser: boolean;
  canCreateRoles: boolean;
  canCreateDatabase: boolean;
}

export interface ReadTargetCatalogInput {
  /** Of the source. Default: none. */
  extensions?: readonly ExtensionDefinition[];
  signal?: AbortSignal;
}

/**
 * Reads what the plan compares the source with; from a maintenance database while the target's own is still to be created.
 * @throws ConnectionError; SchemaError `SCHEMA_UNREADABLE`
 */
export async function readTargetCatalog(
  target: ConfirmedTarget,
  { extensions = [], signal }: ReadTargetCatalogInput = {},
): Promise<TargetCatalog> {
  const input = { purpose: 'target-catalog', ...(signal && { signal }) };
  await using session = await (target.exists ? target.connect(input) : target.connectMaintenance(input));
  try {
    const { encoding, ...server } = await session.one<ServerRow>(serverSql(session.serverMajor));
    const { environment, exists } = target;
    const names = extensions.map(({ name }) => name);
    const uncreatable = exists ? await findUncreatable(session, names) : new Map<string, string>();
    const keptExtensions = exists ? await readKeptExtensions(session) : [];
    return { environment, exists, ...server, uncreatable, keptExtensions, ...(exists && { encoding }) };
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'reading what the target offers',
      environment: target.environment,
      otherwise: 'SCHEMA_UNREADABLE',
    });
  }
}

type ServerRow = Omit<TargetCatalog, 'environment' | 'exists' | 'uncreatable' | 'keptExtensions' | 'encoding'> & {
  encoding: string;
};

/** Objects can be given to roles that one can become: since 16 that takes a membership with the SET option. */
function serverSql(serverMajor: number): string {
  const membership = serverMajor >= 16 ? 'SET' : 'MEMBER';
  return `
    select current_setting('server_version_num')::int as "serverVersion",
           current_setting('server_encoding') as encoding,
           (select coalesce(json_agg(json_build_object('name', e.name, 'versions', e.versions) order by e.name), '[]')
              from (select name, array_agg(version order by version) as versions
                      from pg_available_extension_versions
                     group by name) e) as "availableExtensions",
           array(select rolname::text from pg_roles order by rolname) as roles,
           array(select o.rolname::text from pg_roles o where pg_has_role(o.oid, '${membership}') order by o.rolname) as "assignableRoles",
           r.rolsuper as "isSuperuser",
           r.rolsuper or r.rolcreaterole as "canCreateRoles",
           r.rolsuper or r.rolcreatedb as "canCreateDatabase"
      from pg_roles r
     where r.rolname = current_user`;
}
