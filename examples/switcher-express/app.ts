import { createSwitcher, type Switcher } from '@envclone/switcher';
import { switchDatabase } from '@envclone/switcher/express';
import express, { type Express } from 'express';
import { page } from './page.js';

export interface AppInput {
  urls: { prod: string; dev: string; readOnly: string };
  /** Signs the cookie that remembers a choice. */
  secret: string;
}

/** A notebook over two databases: every page says which one it shows, and a link changes it. */
export function createApp({ urls, secret }: AppInput): { app: Express; switcher: Switcher<'prod' | 'dev'> } {
  const switcher = createSwitcher({
    environments: {
      prod: { url: urls.prod, readOnlyUrl: urls.readOnly },
      dev: { url: urls.dev, aliases: ['development'] },
    },
    session: { store: 'cookie', secrets: [secret], secure: false },
    security: { access: { dev: { ips: ['127.0.0.0/8', '::1'] } } },
  });
  const app = express();
  app.use(switchDatabase(switcher));
  app.use(express.urlencoded({ extended: false }));
  app.get('/', async (_request, response) => {
    response.send(page({ environment: switcher.db.getCurrentEnvironment(), notes: await notes.all() }));
  });
  app.post('/notes', async (request, response) => {
    await notes.add(String(request.body.text ?? ''));
    response.redirect(303, '/');
  });

  /** A repository that knows nothing of environments. */
  const notes = {
    async all(): Promise<string[]> {
      const { rows } = await switcher.db
        .getEntityManager()
        .query<{ text: string }>('select text from notes order by id');
      return rows.map(({ text }) => text);
    },
    add: (text: string) => switcher.db.getEntityManager().query('insert into notes (text) values ($1)', [text]),
  };
  return { app, switcher };
}
