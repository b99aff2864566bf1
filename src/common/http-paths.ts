/** Which methods a path has, so that a wrong one gets 405 and `Allow` (RFC 9110 section 15.5.6) where Fastify says 404. */
export class Paths {
  private readonly patterns = new Map<string, { readonly fits: RegExp; readonly methods: Set<string> }>();

  /** @param url a route's path as Fastify writes it: `/records/:id`, `/log/tile/*` */
  add(url: string, methods: readonly string[]): void {
    let known = this.patterns.get(url);
    if (!known) this.patterns.set(url, (known = { fits: patternOf(url), methods: new Set() }));
    for (const method of methods) known.methods.add(method);
  }

  /** The methods of the routes that fit a path, sorted; none where there is no such path. */
  methodsOf(path: string): string[] {
    const found = new Set<string>();
    for (const { fits, methods } of this.patterns.values()) {
      if (fits.test(path)) for (const method of methods) found.add(method);
    }
    return [...found].sort();
  }
}

function patternOf(url: string): RegExp {
  const source = url
    .split(/(:[A-Za-z_]\w*|\*)/)
    .map((part) => {
      if (part === '*') return '.*';
      return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
