const REMEMBERED = 1_000;

/** A pure function of a text whose last results are kept: what the same clients send again and again is worked out once. `undefined` is not kept. */
export function rememberLast<T>(work: (text: string) => T | undefined): (text: string) => T | undefined {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = work(text);
    if (made === undefined) return undefined;
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, made);
    return made;
  };
}
