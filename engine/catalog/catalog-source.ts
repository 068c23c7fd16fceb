import type { ReadOnlySource } from '../safety/proofs.js';

/** A database whose catalogs can be read: a source as well as a target. */
export type CatalogSource = Pick<ReadOnlySource, 'environment' | 'connect'>;
