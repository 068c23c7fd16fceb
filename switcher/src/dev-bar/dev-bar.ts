import { type BarOptions, showBar } from './show-bar.js';

export type { BarOptions };

/** A script tag for pages that developers see: a bar with the environment that serves, production in red, and a link to each of the others. */
export function devBar({
  nonce,
  ...options
}: BarOptions & { /** For a Content-Security-Policy. */ nonce?: string }): string {
  return `<script${nonce === undefined ? '' : ` nonce="${escaped(nonce)}"`}>${devBarScript(options)}</script>`;
}

/** The tag's content. */
export function devBarScript(options: BarOptions): string {
  const argument = JSON.stringify(options).replaceAll('<', '\\u003c');
  return `addEventListener('DOMContentLoaded', () => (${showBar.toString()})(${argument}));`;
}

function escaped(text: string): string {
  return text.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
