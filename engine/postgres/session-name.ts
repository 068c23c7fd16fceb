interface SessionNaming {
  purpose: string;
  operation?: string;
}

const PREFIX = 'envclone:';
/** PostgreSQL keeps `NAMEDATALEN - 1` bytes of a name. */
const MOST_BYTES = 63;

/** `application_name` of a session. A long operation is cut, its purpose never: sessions are found by it. */
export function sessionName({ purpose, operation }: SessionNaming): string {
  const end = printable(operation ? `:${purpose}` : purpose);
  return (
    PREFIX +
    printable(operation ?? '').slice(0, Math.max(0, MOST_BYTES - PREFIX.length - end.length)) +
    end
  ).slice(0, MOST_BYTES);
}

/** The operation in the name of a session with this purpose; `undefined` for every other name. */
export function operationOf(name: string, purpose: string): string | undefined {
  const end = `:${purpose}`;
  if (!name.startsWith(PREFIX) || !name.endsWith(end)) return undefined;
  return name.slice(PREFIX.length, -end.length) || undefined;
}

/** Printable ASCII, which every version of the server keeps as it is: one byte a character. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
