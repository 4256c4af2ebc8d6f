import type { FastifyInstance } from 'fastify';

/** Knows which methods an address has, for the answer to a wrong one. */
export class KnownMethods {
  readonly #routes: { pattern: RegExp; method: string }[] = [];

  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const source = url
        .split(/(:[A-Za-z_]+|\*)/)
        .map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
        .join('');
      for (const each of [method].flat()) this.#routes.push({ pattern: new RegExp(`^${source}$`), method: each });
    });
  }

  /** The methods of an address, sorted; empty when there is no such address. */
  of(path: string): string[] {
    return [...new Set(this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))].sort();
  }
}
