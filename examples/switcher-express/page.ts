export interface PageInput {
  environment: string;
  notes: readonly string[];
}

/** The whole page; production is red. */
export function page({ environment, notes }: PageInput): string {
  const isProduction = environment === 'prod';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Notes of ${environment}</title>
<style>
  body { font: 16px system-ui; margin: 0; }
  header { background: ${isProduction ? '#b91c1c' : '#15803d'}; color: white; padding: 1rem 2rem; }
  header a { color: white; margin-left: 1rem; }
  main { padding: 1rem 2rem; }
</style>
<header>
  <strong id="environment">${environment}</strong>
  <a href="?env=dev">development</a> <a href="?env=prod">production</a> <a href="?env=clear">forget my choice</a>
</header>
<main>
  <ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>
  <form method="post" action="/notes"><input name="text" required> <button>Add</button></form>
</main>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
