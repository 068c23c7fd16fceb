import { expect, test } from 'vitest';
import { parseConfig } from '../src/config-schema.js';
import { kyselyManager } from '../src/entity-managers/kysely.js';
import { createSwitcher } from '../src/index.js';
import { startApp } from './support/app.js';
import { send } from './support/requests.js';
import { createSwitcherWorld } from './support/world.js';

const url = (database: string) => `postgresql://app:secret@db.example:5432/${database}`;
const problemsOf = (input: unknown): string => {
  try {
    parseConfig(input);
    return '';
  } catch (error) {
    return String(error);
  }
};

test('every mistake is told at once, and no credential with it', () => {
  const problems = problemsOf({
    environments: {
      prod: { url: url('app') },
      dev: { url: 'mysql://app:secret@x/y', pool: 3 },
      test: { url: `${url('other')}?host=db.example&dbname=app`.replace('/other', '/app') },
    },
    fallback: 'sometimes',
    session: { store: 'cookie', secrets: ['short'] },
    security: { access: { dev: { ips: ['10.0.0.0/99'] }, tets: {} } },
    colour: 'red',
    logger: 5,
    default: 'live',
  });
  for (const place of [
    'environments.dev.url',
    'environments.dev',
    'fallback',
    'session.secrets.0',
    'security.access.dev.ips.0',
    'colour',
    'logger: expected a logger of pino',
    'default: there is no environment live; there is prod, dev, test',
    'security.access: there is no environment tets',
    'environments.test.url: it is the database of prod',
  ])
    expect(problems).toContain(place);
  expect(problems).not.toContain('secret@');
});

test.each<[title: string, input: object, problem: string]>([
  ['no default', { environments: { a: { url: url('a') }, b: { url: url('b') } } }, 'default: name the environment'],
  [
    'a default that is not there',
    { default: 'live', environments: { prod: { url: url('a') } } },
    'there is no environment live; there is prod',
  ],
  [
    'one name for two',
    { environments: { prod: { url: url('a') }, dev: { url: url('b'), aliases: ['PROD'] } } },
    'is a name of prod already',
  ],
  [
    'one database for two',
    { environments: { prod: { url: url('a') }, dev: { url: url('a') } } },
    'it is the database of prod',
  ],
  [
    'a name that clears',
    { environments: { prod: { url: url('a') }, clear: { url: url('b') } } },
    'is what forgets a choice',
  ],
  [
    'one word that two databases say',
    { environments: { prod: { url: url('a'), identity: 'x' }, dev: { url: url('b'), identity: 'X' } } },
    'environments.dev.identity: the database of prod says X too',
  ],
  [
    'production’s word for a development database',
    { environments: { live: { url: url('a'), type: 'production' }, dev: { url: url('b'), aliases: ['production'] } } },
    'production is what production is called',
  ],
  [
    'a stand-in that could write',
    { environments: { prod: { url: url('a') } }, fallback: 'read-only' },
    'environments.prod.readOnlyUrl',
  ],
  [
    'roles of nobody',
    {
      environments: { prod: { url: url('a') }, dev: { url: url('b') } },
      security: { access: { dev: { roles: ['x'] } } },
    },
    'security.rolesOf',
  ],
  [
    'access to what is not there',
    { environments: { prod: { url: url('a') } }, security: { access: { test: {} } } },
    'there is no environment test',
  ],
])('%s is a mistake', (_title, input, problem) => {
  expect(problemsOf(input)).toContain(problem);
});

test('a callback that throws is logged, and breaks no request', async () => {
  await using world = await createSwitcherWorld();
  const broken = () => {
    throw new TypeError('no such property');
  };
  await using app = await startApp(world.switcher({ debug: broken, onDecision: broken }));
  expect(await send(`${app.url}/read`)).toMatchObject({ status: 200, environment: 'prod' });
  const failed = world.logs.filter(({ event }) => event === 'callback failed');
  expect(failed.map(({ what }) => what)).toEqual(['debug', 'onDecision']);
});

test('an unknown environment’s name does not compile', async () => {
  const switcher = createSwitcher({ environments: { prod: { url: url('a') }, dev: { url: url('b') } } });
  const uncalled = () => {
    // @ts-expect-error there is no environment test
    switcher.run('test', () => {});
    // @ts-expect-error there is no environment test
    switcher.connections.getConnection('test');
    // @ts-expect-error there is no environment test
    switcher.entityManagers(kyselyManager()).resetEntityManager('test');
    const current: 'prod' | 'dev' = switcher.db.getCurrentEnvironment();
    // @ts-expect-error there is no environment test
    createSwitcher({ environments: { prod: { url: url('a') } }, security: { access: { test: {} } } });
    return current;
  };
  expect(uncalled).toBeTypeOf('function');
  // @ts-expect-error there is no environment test
  expect(() => switcher.db.getEntityManager('test')).toThrow(
    'There is no such environment. The configuration has prod, dev.',
  );
  // @ts-expect-error there is no environment live
  const wrong = () => createSwitcher({ environments: { prod: { url: url('a') } }, default: 'live' });
  expect(wrong).toThrow('there is no environment live');
  await switcher.close();
});
