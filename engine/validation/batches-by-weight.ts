export interface Weighed {
  relations: readonly unknown[];
  columns: readonly unknown[];
  sizeBytes: number;
}

const RELATIONS = 50;
const COLUMNS = 2_000;
const BYTES = 64 * 1024 * 1024;

/** Slices that one statement can ask about: a large table alone, many small ones together. */
export function batchesByWeight<Item extends Weighed>(items: readonly Item[]): Item[][] {
  const batches: Item[][] = [];
  let room = { relations: 0, columns: 0, bytes: 0 };
  for (const item of items) {
    const relations = item.relations.length;
    const columns = item.columns.length * relations;
    const fits = relations <= room.relations && columns <= room.columns && item.sizeBytes <= room.bytes;
    if (!fits) {
      batches.push([]);
      room = { relations: RELATIONS, columns: COLUMNS, bytes: BYTES };
    }
    batches.at(-1)?.push(item);
    room.relations -= relations;
    room.columns -= columns;
    room.bytes -= item.sizeBytes;
  }
  return batches;
}
