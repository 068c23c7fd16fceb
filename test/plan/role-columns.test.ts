import { expect, test } from 'vitest';
import { roleDefaults } from '../../engine/plan/role-columns.js';
import { column, partition, ROLE, TEXT, table } from './builders.js';

test('columns that say who may do what get their default, or null', () => {
  const people = table('public.people', {
    columns: [
      column('role', { shape: ROLE, isNotNull: true, default: "'member'::public.user_role" }),
      column('userRole', { shape: TEXT, default: "'it''s'::character varying(20)" }),
      column('former_roles', {
        shape: { kind: 'array', element: ROLE, delimiter: ',' },
        default: "'{}'::public.user_role[]",
      }),
      column('access', { shape: ROLE, type: 'public."user_role"' }),
      column('admin_role', { shape: TEXT }),
    ],
  });
  const { rules, warnings } = roleDefaults([people]);
  expect(Object.fromEntries(rules.get('public.people') ?? [])).toMatchObject({
    role: { type: 'constant', value: 'member' },
    userRole: { type: 'constant', value: "it's" },
    former_roles: { type: 'constant', value: '{}' },
    access: { type: 'null' },
    admin_role: { type: 'null' },
  });
  expect(warnings).toEqual([]);
});

test('columns that only sound like roles are left alone', () => {
  const tables = [
    table('public.t', {
      columns: [
        column('controle', { shape: TEXT }),
        column('role_id'),
        column('role'),
        column('status', { shape: ROLE, type: 'public.status' }),
        column('roles', { shape: TEXT, generated: 'stored' }),
      ],
    }),
    table('auth.users', { columns: [column('role', { shape: TEXT })] }),
  ];
  expect(roleDefaults(tables).rules.size).toBe(0);
});

test('a role that can have neither a default nor null is kept, with a warning', () => {
  const uniqueKeys = [{ name: 'u', columns: ['role'], isPrimary: true, isPartial: false, isExpression: false }];
  const tables = [
    table('public.computed', {
      columns: [column('role', { shape: TEXT, isNotNull: true, default: 'lower(CURRENT_USER)' })],
    }),
    table('public.roles', { columns: [column('role', { shape: TEXT })], uniqueKeys }),
  ];
  const { rules, warnings } = roleDefaults(tables);
  expect(rules.size).toBe(0);
  expect(warnings).toEqual([
    'public.computed.role keeps its roles: it has no simple default and may not be null',
    'public.roles.role keeps its roles: it is part of a unique key',
  ]);
});

test('partitions follow their root', () => {
  const root = table('public.r', {
    kind: 'partitioned',
    columns: [column('role', { shape: ROLE, default: "'member'::r" })],
  });
  const leaf = partition('public.p', root, { columns: [column('role', { shape: ROLE, default: "'admin'::r" })] });
  expect(roleDefaults([leaf, root]).rules.get('public.p')?.get('role')).toMatchObject({ value: 'member' });
});
