import type { AlterTableStmt } from 'libpg-query';
import { constraintOf, relationOf, showObjectType, showRange } from './names.js';
import { ofPart, ofRelation, type Place, type StatementLabel, satellite, showPart } from './statement-label.js';

/** pg_dump gives ALTER TABLE one command each. */
export function describeAlterTable({ relation, cmds = [], objtype }: AlterTableStmt): StatementLabel {
  const [first] = cmds;
  const command = first && 'AlterTableCmd' in first ? first.AlterTableCmd : {};
  const { subtype, name = '', def } = command;
  const isIndex = objtype === 'OBJECT_INDEX';
  switch (subtype) {
    case 'AT_ChangeOwner':
      // older versions of pg_dump say ALTER TABLE for every relation: one word for all makes the names comparable
      return { ...satellite('owner', `relation ${showRange(relation)}`), relation: relationOf(relation) };
    case 'AT_AddConstraint': {
      const { contype, conname = '', skip_validation } = constraintOf(def) ?? {};
      const [kind, place] = CONSTRAINTS[contype ?? ''] ?? ['constraint', 'object'];
      return ofPart(kind, relation, conname, skip_validation && place === 'object' ? 'late' : place);
    }
    case 'AT_AttachPartition': {
      const part = def && 'PartitionCmd' in def ? def.PartitionCmd.name : undefined;
      if (isIndex) return { kind: 'index attach', name: showRange(part), relation: relationOf(relation), place: 'key' };
      return { kind: 'table attach', name: showRange(part), relation: relationOf(part), place: 'object' };
    }
    case 'AT_ReplicaIdentity': {
      const usesIndex = def && 'ReplicaIdentityStmt' in def && def.ReplicaIdentityStmt.identity_type === 'i';
      return ofRelation('replica identity', relation, usesIndex ? 'key' : 'object');
    }
    case 'AT_ClusterOn':
      return ofRelation('cluster', relation, 'key');
    case 'AT_EnableRowSecurity':
      return ofRelation('row security', relation, 'late');
    case 'AT_ForceRowSecurity':
      return ofRelation('forced row security', relation, 'last'); // stands with its table in the dump
    case 'AT_ColumnDefault':
      return ofPart('default', relation, name, 'object');
    case 'AT_AddIdentity':
      return ofPart('identity', relation, name, 'object');
    case 'AT_AddInherit':
      return ofRelation('inheritance', relation);
    default: {
      const change = String(subtype ?? '').replace(/^AT_/, '');
      if (/Trig$/.test(change)) return ofPart('trigger state', relation, name, 'late');
      if (/Rule$/.test(change)) return ofPart('rule state', relation, name, 'late');
      const words = change.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
      const kind = isIndex ? 'index setting' : `${showObjectType(objtype)} setting`;
      return {
        ...ofPart(kind, relation, name, isIndex ? 'key' : 'object'),
        name: `${showPart(relation, name)} ${words}`,
      };
    }
  }
}

const CONSTRAINTS: Record<string, [kind: string, place: Place]> = {
  CONSTR_PRIMARY: ['primary key', 'key'],
  CONSTR_UNIQUE: ['unique', 'key'],
  CONSTR_EXCLUSION: ['exclusion', 'key'],
  CONSTR_FOREIGN: ['foreign key', 'late'],
  CONSTR_CHECK: ['check', 'object'],
  CONSTR_NOTNULL: ['not null', 'object'],
};
