import { resetTarget } from '../databases.js';
import { measureOurClone, type OurCloneInput } from '../our-clone.js';
import type { Bench, Side } from '../row.js';

/** Our clone as one side of a row. */
export function ourSide(bench: Bench, name: string, input: OurCloneInput): Side {
  const raw = input.options?.anonymizeData === false;
  return {
    name,
    what: `envclone${raw ? ', nothing masked' : ', masked'}${input.temporal ? ', through Temporal' : ''}`,
    reset: () => resetTarget(bench),
    run: () => measureOurClone(input),
  };
}

export const UNMASKED = { anonymizeData: false };

export const COMPARED_NOTE =
  'Of envclone the stages that the other side has too: analyze, migrate, copy, keys, finish. Its guard, restore point and validation are timed apart (stages in the JSON).';
