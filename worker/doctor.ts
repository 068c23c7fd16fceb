import type { Services } from '../activities/services.js';
import { keepAsItIs } from '../activities/undo-unfinished.js';
import { EnvcloneError } from '../contracts/errors.js';
import { listRestorePoints } from '../engine/backup/restore-points.js';
import { readUnfinished, type Unfinished } from '../engine/copy/unfinished.js';
import { listBuildings } from '../engine/swap/leftovers.js';

export interface DoctorCheck {
  name: string;
  state: 'ok' | 'warning' | 'problem';
  message: string;
  next?: string;
  /** The environment on which `doctor --fix` can undo what was left. */
  fixes?: string;
}

/** Asks everything that a clone will need, environment by environment; nothing is touched. */
export async function examine(services: Services): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [await checkConfiguration(services), await checkArtifacts(services)];
  for (const [name, { type }] of services.configuration.environments) {
    checks.push(type === 'production' ? await checkSource(services, name) : await checkTarget(services, name));
    if (type !== 'production') checks.push(await checkMaskKey(services, name));
  }
  return checks;
}

const checkConfiguration = ({ configuration }: Services) =>
  check(`configuration ${configuration.file}`, async () => {
    configuration.require([]);
    return `${configuration.environments.size} environments`;
  });

const checkArtifacts = ({ artifacts }: Services) =>
  check('artifact store', async () => {
    await artifacts.check();
    return `${artifacts.place} can be written, read, listed and removed from`;
  });

const checkSource = ({ guard }: Services, name: string) =>
  check(`source ${name}`, async () => {
    const source = await guard.admitSource(name);
    await using session = await source.connect({ purpose: 'doctor' });
    return `answers, PostgreSQL ${session.serverMajor}, its role cannot write`;
  });

const checkTarget = (services: Services, name: string) =>
  check(`target ${name}`, async () => {
    const target = await services.guard.admitTarget(name, { confirm: name });
    const [building] = await listBuildings(target);
    if (building) {
      return {
        message: `${building.operation ?? 'a clone'} builds, or left unfinished, ${building.database}`,
        next: `If that operation no longer runs, the next clone of this target drops it, and so does: ${fix(name)}`,
        fixes: name,
      };
    }
    if (!target.exists) return 'answers; the database will be created';
    await using session = await target.connect({ purpose: 'doctor' });
    const unfinished = await readUnfinished(session);
    if (!unfinished) return `answers, PostgreSQL ${session.serverMajor}, is not production`;
    return { message: `holds what ${describeUnfinished(unfinished)}`, ...(await wayBack(services, name, unfinished)) };
  });

function describeUnfinished({ operation, stage }: Unfinished): string {
  return `${operation} did not finish${stage ? `: it ended after ${stage}` : ''}`;
}

/** The next clone goes it too. */
async function wayBack({ artifacts }: Services, name: string, { operation, restorePoint }: Unfinished) {
  const wanted = restorePoint ?? operation;
  const points = await listRestorePoints(artifacts, name);
  const next = (what: string) => `If that operation no longer runs: ${what}`;
  if (points.some(({ id }) => id === wanted)) return { next: next(fix(name)), fixes: name };
  if (restorePoint === undefined)
    return { next: next(`there is no restore point of it, the next clone replaces what ${name} holds.`) };
  return { next: next(`its restore point is gone. ${keepAsItIs(name)}`) };
}

function fix(name: string): string {
  return `envclone doctor --fix --confirm ${name}`;
}

const checkMaskKey = ({ configuration }: Services, name: string) =>
  check(`masking key of ${name}`, async () => {
    configuration.maskKey(name);
    return 'is there';
  });

async function check(
  name: string,
  ask: () => Promise<string | Pick<DoctorCheck, 'message' | 'next' | 'fixes'>>,
): Promise<DoctorCheck> {
  try {
    const answer = await ask();
    return typeof answer === 'string' ? { name, state: 'ok', message: answer } : { name, state: 'warning', ...answer };
  } catch (error) {
    if (!(error instanceof EnvcloneError)) throw error;
    return { name, state: 'problem', message: `${error.code}: ${error.message}`, next: error.next };
  }
}
