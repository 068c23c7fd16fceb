import type { Plugin } from 'vite';
import { type BarOptions, devBarScript } from './dev-bar.js';

/** `plugins: [databaseBar({ environments: ['prod', 'dev'], ask: '/api/health' })]`: the bar on every page of the dev server, and on none that is built. */
export function databaseBar(options: BarOptions): Plugin {
  return {
    name: 'envclone-database-bar',
    apply: 'serve',
    transformIndexHtml: () => [{ tag: 'script', children: devBarScript(options), injectTo: 'body' }],
  };
}
