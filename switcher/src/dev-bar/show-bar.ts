export interface BarOptions {
  /** In the order of the links. */
  environments: readonly string[];
  /** The one that is red. Default: `prod`, `production`, or the first. */
  production?: string;
  /** What says which environment serves, and keeps a choice. Default: the page itself; with a dev server in front of the application, one of its URLs: `/api/health`. */
  ask?: string;
  parameter?: string;
  header?: string;
}

/**
 * Runs in the browser: asks which environment serves, shows it, and offers the others; where a choice in the URL was not kept, it says what the page's own
 * requests reach. It is sent as text, so it may use nothing outside itself, and names no function inside, for which compilers add code of their own.
 */
export async function showBar(options: BarOptions): Promise<void> {
  const { environments, ask = '', parameter = 'env', header = 'X-Database-Env' } = options;
  const production =
    options.production ?? environments.find((name) => /^prod(uction)?$/i.test(name)) ?? environments[0];
  const asked = new URL(ask || location.href, location.href);
  const { headers, status } = await fetch(asked, { method: 'HEAD', cache: 'no-store' });
  const serving = headers.get(header);
  const fallback = headers.get(`${header}-Fallback`);
  const requested = headers.get(`${header}-Requested`);
  const colour = serving === null ? '#57534e' : serving === production ? '#b91c1c' : '#15803d';

  const host = document.createElement('database-environment-bar');
  const bar = document.createElement('nav');
  bar.setAttribute('aria-label', 'database environment');
  bar.style.cssText = `position:fixed;z-index:2147483647;inset:auto 0 0 0;padding:6px 12px;background:${colour};color:#fff;font:14px/1.4 system-ui;display:flex;gap:12px`;
  const said = document.createElement('strong');
  said.textContent = serving ?? `no database (${status})`;
  bar.append(said);
  if (fallback !== null) bar.append(requested === null ? fallback : `${fallback}, for ${requested}`);
  if (headers.get(`${header}-Source`) === 'url') {
    const bare = new URL(asked);
    bare.searchParams.delete(parameter);
    const following = (await fetch(bare, { method: 'HEAD', cache: 'no-store' })).headers.get(header);
    if (following !== serving) bar.append(`not kept: what this page sends goes to ${following ?? 'no database'}`);
  }
  for (const name of [...environments, 'clear']) {
    const link = document.createElement('a');
    const target = new URL(asked);
    target.searchParams.set(parameter, name);
    link.href = target.href;
    link.textContent = name === 'clear' ? 'forget' : name;
    link.style.cssText = 'color:#fff';
    if (name === serving) link.setAttribute('aria-current', 'true');
    if (ask)
      link.onclick = () => {
        fetch(target, { method: 'HEAD' }).finally(() => location.reload());
        return false;
      };
    bar.append(link);
  }
  host.attachShadow({ mode: 'open' }).append(bar);
  document.body.append(host);
}
