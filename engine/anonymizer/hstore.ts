import type { LeafMaskers } from './leaves.js';

const PAIR = /"([^"\\]*(?:\\.[^"\\]*)*)"=>(?:NULL|"([^"\\]*(?:\\.[^"\\]*)*)")/gs;

/** Rewrites the values of hstore's text form (`"key"=>"value", "other"=>NULL`). */
export function mapHstore(text: string, leaves: LeafMaskers): string {
  return text.replace(PAIR, (_pair, rawKey: string, rawValue: string | undefined) => {
    const key = unescapeText(rawKey);
    const masker = leaves.root.child(key).text;
    const value = rawValue === undefined ? null : unescapeText(rawValue);
    const masked = value === null || !masker ? value : masker(value);
    return `${quote(leaves.key(key))}=>${masked === null ? 'NULL' : quote(masked)}`;
  });
}

function unescapeText(raw: string): string {
  return raw.replace(/\\(.)/gs, '$1');
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
