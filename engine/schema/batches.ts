import { postgresFields } from '../postgres/errors.js';

const OUT_OF_SHARED_MEMORY = '53200';

/** Runs `work` on pieces of a list. A piece that needs more locks than the server has left is halved until it fits. */
export async function inBatches<Item>(
  items: readonly Item[],
  size: number,
  work: (batch: readonly Item[]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += size) await halving(items.slice(at, at + size), work);
}

async function halving<Item>(batch: readonly Item[], work: (batch: readonly Item[]) => Promise<void>): Promise<void> {
  try {
    await work(batch);
  } catch (error) {
    if (postgresFields(error)?.code !== OUT_OF_SHARED_MEMORY || batch.length < 2) throw error;
    const half = Math.ceil(batch.length / 2);
    await halving(batch.slice(0, half), work);
    await halving(batch.slice(half), work);
  }
}
