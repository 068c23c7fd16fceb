/** Reserved by RFC 2606: no name server knows it. */
const NOWHERE = 'neutralized.invalid';

const POSTGRES_WRAPPER = /FOREIGN DATA WRAPPER "?(?:postgres_fdw|dblink_fdw)"?(?![\w$])/;
const ADDRESS = /host|addr|server|url|uri|endpoint|dsn|connect|service/i;
const SECRET = /key|secret|token|passw|credential/i;

/** CREATE SERVER without a way to the server; its other options stay, so that what is built on it can be made. */
export function neutralServer(sql: string): string {
  const [, head = sql, list = ''] = /^(.*?)\s*\bOPTIONS \((.*)\)\s*$/s.exec(sql) ?? [];
  const options = [...list.matchAll(/("(?:[^"]|"")+"|[\w$]+)\s+(E?'(?:[^'\\]|''|\\.)*')/g)].map(
    ([whole, name = '']) => ({ whole, name }),
  );
  const isPostgres = POSTGRES_WRAPPER.test(head);
  const addresses = options.filter(({ name }) => ADDRESS.test(name));
  if (!isPostgres && addresses.length === 0 && !options.some(({ name }) => SECRET.test(name))) return sql;
  const rest = options.filter(({ name }) => !ADDRESS.test(name) && !SECRET.test(name)).map(({ whole }) => whole);
  const nowhere = isPostgres ? [`host '${NOWHERE}'`] : addresses.map(({ name }) => `${name} '${NOWHERE}'`);
  const neutral = [...nowhere, ...rest];
  return neutral.length === 0 ? head : `${head} OPTIONS (\n    ${neutral.join(',\n    ')}\n)`;
}
