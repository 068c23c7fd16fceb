import { relationLabel } from '../../contracts/relations.js';
import { type SchemaDefinition, unnumbered } from '../../contracts/schema.js';
import { quoteIdentifier } from '../postgres/quote.js';
import { leftExtensions } from './left-out.js';
import { ownersOf } from './owners.js';
import { needsSuperuser } from './superuser-statements.js';
import type { TargetCatalog } from './target-catalog.js';

export interface TargetJudgement {
  /** Why the target cannot hold the source; each says what to do. */
  refusals: string[];
  createsRoles: string[];
  skippedOwners: string[];
  warnings: string[];
}

/** What the target cannot hold, and what it will hold otherwise than the source does. */
export function judgeTarget(source: SchemaDefinition, target: TargetCatalog): TargetJudgement {
  const missingRoles = source.roles.filter((role) => !target.roles.includes(role));
  const skippedOwners = ownersToSkip(source, target);
  return {
    refusals: [
      ...databaseRefusals(target),
      ...versionRefusals(source, target),
      ...encodingRefusals(source, target),
      ...nameRefusals(source),
      ...extensionRefusals(source, target),
      ...privilegeRefusals(source, target),
      ...superuserRefusals(source, target),
      ...(target.canCreateRoles ? [] : missingRoles.map(roleRefusal)),
    ],
    createsRoles: target.canCreateRoles ? missingRoles : [],
    skippedOwners,
    warnings: [
      ...encodingWarnings(source, target),
      ...extensionWarnings(source, target),
      ...ownerWarnings(skippedOwners),
    ],
  };
}

function databaseRefusals({ environment, exists, canCreateDatabase }: TargetCatalog): string[] {
  if (exists || canCreateDatabase) return [];
  return [
    `the database of ${environment} does not exist, and its role may not create it: create it, or grant CREATEDB`,
  ];
}

function versionRefusals(source: SchemaDefinition, target: TargetCatalog): string[] {
  const [from, to] = [majorOf(source.serverVersion), majorOf(target.serverVersion)];
  if (to >= from) return [];
  return [
    `${target.environment} runs PostgreSQL ${to}, ${source.environment} ${from}: use a server of at least ${from}`,
  ];
}

function majorOf(serverVersion: number): number {
  return Math.floor(serverVersion / 10_000);
}

/** Rules, reports and the ledger call a table `schema.table`: of two with one such name, one would get the other's rules. */
function nameRefusals({ tables }: SchemaDefinition): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const label of tables.map(relationLabel)) (seen.has(label) ? twice : seen).add(label);
  return [...twice].map(
    (label) => `two tables are called ${label}, their dots being in other places: rename one of them`,
  );
}

/** UTF8 holds what any encoding does; a database that is still to be created gets the source's. */
function encodingRefusals({ encoding }: SchemaDefinition, target: TargetCatalog): string[] {
  if (target.encoding === undefined || target.encoding === encoding || target.encoding === 'UTF8') return [];
  return [
    `${target.environment} has encoding ${target.encoding}, the source ${encoding}: recreate it with ${encoding} or UTF8`,
  ];
}

function encodingWarnings({ encoding }: SchemaDefinition, target: TargetCatalog): string[] {
  if (encoding !== 'SQL_ASCII' || target.encoding !== 'UTF8') return [];
  return ['the source has encoding SQL_ASCII, which checks nothing: text that is not UTF-8 will stop the copy'];
}

function extensionRefusals(source: SchemaDefinition, target: TargetCatalog): string[] {
  const available = new Set(target.availableExtensions.map(({ name }) => name));
  return source.extensions
    .filter(({ name }) => !available.has(name))
    .map(
      ({ name, version }) =>
        `extension ${name} ${version} is not available on the server of ${target.environment}: install it there`,
    );
}

function privilegeRefusals(source: SchemaDefinition, target: TargetCatalog): string[] {
  const left = leftExtensions(source, target);
  return [...target.uncreatable].flatMap(([name, reason]) => {
    if (left.has(name)) return [];
    const fix = `have a superuser run create extension ${quoteIdentifier(name)} there`;
    return [
      `extension ${name} is used in the source, and may not be created by the role of ${target.environment}, ${reason}: ${fix}`,
    ];
  });
}

function superuserRefusals({ statements }: SchemaDefinition, { isSuperuser, environment }: TargetCatalog): string[] {
  const objects = isSuperuser
    ? []
    : statements.filter(needsSuperuser).map(({ kind, name }) => `${kind} ${unnumbered(name)}`);
  const names = [...new Set(objects)];
  if (names.length === 0) return [];
  return [
    `only a superuser may create ${listed(names)}, and the role of ${environment} is none: give ${environment} the URL of one`,
  ];
}

/** What stands against emptying the target. */
export function undroppableRefusals({ environment }: TargetCatalog, objects: readonly string[] = []): string[] {
  if (objects.length === 0) return [];
  return [
    `the role of ${environment} may not drop what others own there: ${listed(objects)}; connect as their owner, or drop them`,
  ];
}

function listed(names: readonly string[]): string {
  const others = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return `${names.slice(0, LISTED).join(', ')}${others}`;
}

const LISTED = 10;

/** A dump names no version: the target gets the one that its server prefers. */
function extensionWarnings(source: SchemaDefinition, target: TargetCatalog): string[] {
  return source.extensions.flatMap(({ name, version }) => {
    const available = target.availableExtensions.find((extension) => extension.name === name);
    if (!available || available.versions.includes(version)) return [];
    return [`extension ${name} is ${version} in the source; the target's server has ${available.versions.join(', ')}`];
  });
}

function roleRefusal(role: string): string {
  return `role ${role} is missing, and the target's role may not create it: create role ${quoteIdentifier(role)} nologin`;
}

/** A role that is still to be created is nobody's to give objects to either, but for a superuser. */
function ownersToSkip({ statements }: SchemaDefinition, target: TargetCatalog): string[] {
  if (target.isSuperuser) return [];
  const assignable = new Set(target.assignableRoles);
  return ownersOf(statements).filter((role) => !assignable.has(role));
}

function ownerWarnings(skippedOwners: readonly string[]): string[] {
  if (skippedOwners.length === 0) return [];
  return [
    `objects of ${skippedOwners.join(', ')} will belong to the target's own role, which cannot give them away; to keep their owners, grant it these roles`,
  ];
}
