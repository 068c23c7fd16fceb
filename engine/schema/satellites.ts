import { type SchemaStatement, unnumbered } from '../../contracts/schema.js';

export interface ObjectName {
  kind: string;
  name: string;
}

/** Whether a statement makes one of the objects, or is about it: comment, owner, state, content, privilege. */
export function aboutAny(objects: readonly ObjectName[]): (statement: ObjectName) => boolean {
  const names = new Set(objects.map(({ kind, name }) => `${kind} ${name}`));
  return ({ kind, name: numbered }) => {
    const name = unnumbered(numbered);
    if (names.has(`${kind.replace(/ (?:state|content)$/, '')} ${name}`)) return true;
    if (kind === 'privilege') return names.has(name.replace(/ (?:to|from) (?:"(?:[^"]|"")*"|[^ "]+)$/, ''));
    return SATELLITES.has(kind) && names.has(kind === 'security label' ? name.replace(/ for \S+$/, '') : name);
  };
}

const SATELLITES: ReadonlySet<SchemaStatement['kind']> = new Set(['comment', 'owner', 'security label', 'dependency']);
