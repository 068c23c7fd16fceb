import { onDatabase } from '../../engine/postgres/on-database.js';
import { Session } from '../../engine/postgres/session.js';
import {
  type ConfirmedTarget,
  proveReadOnlySource,
  proveTarget,
  type ReadOnlySource,
} from '../../engine/safety/proofs.js';

interface Database {
  name: string;
  url: string;
}

/** A proof for tests of the stages after the guard. */
export function sourceOf({ name, url }: Database): ReadOnlySource {
  return proveReadOnlySource({
    environment: 'source',
    type: 'test',
    url,
    connect: (input) => Session.open({ url, environment: name, readOnly: true, ...input }),
  });
}

/** A proof for tests of the stages after the guard. */
export function targetOf({ name, url }: Database): ConfirmedTarget {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  return proveTarget({
    environment: 'target',
    type: 'test',
    database: name,
    exists: true,
    url,
    connect: (input) => Session.open({ url, environment: name, ...input }),
    connectMaintenance: (input) => Session.open({ url: maintenance.toString(), environment: name, ...input }),
    readBeside: (database) => sourceOf({ name, url: onDatabase(url, database) }),
  });
}
