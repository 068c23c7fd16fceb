import type { PreviewRow, TablePreview } from '../../contracts/preview.js';

/** A page that needs nothing from anywhere, and lets nothing in: values of a database are in it. */
export function previewPage({ table, source, target, columns, rows }: TablePreview): string {
  const title = `${table} of ${source} as ${target} would have it`;
  const head = columns.map(({ name, rule }) => `<th>${escaped(name)}<small>${escaped(rule)}</small></th>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<h1>${escaped(title)}</h1>
<table>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${columns.map(({ rule }, at) => cell(row, at, rule)).join('')}</tr>`).join('\n')}
</tbody>
</table>
</html>
`;
}

function cell({ before, after }: PreviewRow, at: number, rule: string): string {
  if (rule === 'keep') return `<td>${value(after[at])}</td>`;
  const old = before ? `<del>${value(before[at])}</del><br>` : '';
  return `<td class="masked">${old}${rule === 'undecided' ? '<i>no rule yet</i>' : value(after[at])}</td>`;
}

/** Arabic stands from right to left, whatever its column has. */
function value(text: string | null | undefined): string {
  return text === null || text === undefined ? '<i>NULL</i>' : `<bdi>${escaped(text)}</bdi>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
body { font: 14px system-ui, sans-serif; margin: 1.5rem; color-scheme: light dark; }
h1 { font-size: 1.1rem; } table { border-collapse: collapse; }
th, td { border: 1px solid #8888; padding: .3rem .5rem; text-align: left; vertical-align: top; max-width: 30rem; overflow-wrap: anywhere; }
th small { display: block; font-weight: normal; opacity: .7; } .masked { background: #2a91; } del { opacity: .6; }
`;
