import type { AlterDefaultPrivilegesStmt, GrantStmt, Node } from 'libpg-query';
import { showIdentifier } from '../postgres/quote.js';
import { listItems, showObject, showObjectType, showPath, texts } from './names.js';

/** `table public.lofts(price) to anon`: one object, one grantee, as pg_dump writes them. */
export function showPrivilege({ is_grant, objtype, objects = [], privileges = [], grantees }: GrantStmt): string {
  const columns = privileges.flatMap((node) => ('AccessPriv' in node ? texts(node.AccessPriv.cols) : []));
  const on = objects.map((node) => showObject(objtype, node)).join(', ');
  const part = columns.length > 0 ? `(${columns.map(showIdentifier).join(', ')})` : '';
  return `${showObjectType(objtype)} ${on}${part} ${is_grant ? 'to' : 'from'} ${showRoles(grantees)}`;
}

/** `table of loft in public to anon` */
export function showDefaultPrivilege({ options = [], action }: AlterDefaultPrivilegesStmt): string {
  const option = (name: string) =>
    options.flatMap((node) => ('DefElem' in node && node.DefElem.defname === name ? listItems(node.DefElem.arg) : []));
  const schemas = option('schemas');
  return [
    `${showObjectType(action?.objtype)} of ${showRoles(option('roles'))}`,
    schemas.length > 0 ? ` in ${showPath(schemas)}` : '',
    ` ${action?.is_grant ? 'to' : 'from'} ${showRoles(action?.grantees)}`,
  ].join('');
}

function showRoles(nodes: readonly Node[] = []): string {
  return nodes
    .flatMap((node) => ('RoleSpec' in node ? [node.RoleSpec] : []))
    .map(({ rolename }) => (rolename === undefined ? 'public' : showIdentifier(rolename)))
    .join(', ');
}
