import { devBar } from '@envclone/switcher/dev-bar';

export interface PageInput {
  environment: string;
  notes: readonly string[];
}

/** The whole page. The bar at its foot switches databases; production is red. */
export function page({ environment, notes }: PageInput): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Notes of ${environment}</title>
<style>
  body { font: 16px/1.6 system-ui; max-width: 40rem; margin: 2rem auto; padding: 0 1rem 4rem; }
  input { font: inherit; width: 20rem; }
  button { font: inherit; }
</style>
<h1>Notes <small>in <span id="environment">${environment}</span></small></h1>
<ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>
<form method="post" action="/notes"><input name="text" required aria-label="A note"> <button>Add</button></form>
${devBar({ environments: ['prod', 'dev'] })}
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
