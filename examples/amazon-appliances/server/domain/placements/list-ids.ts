import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { sameText } from '../../auth/tokens.ts';

/** What a list says of itself. */
export interface ListFacts {
  /** Number of the list; its further pages have the same. */
  list: string;
  placement: string;
  version: number;
  variant: string | undefined;
  user: string;
  /** What it is about, where it is about a product. */
  item: string | undefined;
}

/**
 * Signed names of lists. Events that name one are attributed to its placement and variant without looking anything up, and nobody can make up
 * clicks for a list that was never made.
 */
export class ListIds {
  readonly #key: Buffer;

  /** @param file keeps the key, so that lists are known after a restart */
  constructor(file: string) {
    if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' });
    this.#key = readFileSync(file);
  }

  sign({ list, placement, version, variant, user, item }: ListFacts): string {
    const content = Buffer.from(JSON.stringify([list, placement, version, variant ?? null, user, item ?? null])).toString('base64url');
    return `${content}.${this.#sign(content)}`;
  }

  /** What a name says; undefined when it was not made here. */
  read(id: string): ListFacts | undefined {
    const [content, signature, ...rest] = id.split('.');
    if (!content || !signature || rest.length > 0 || !sameText(signature, this.#sign(content))) return undefined;
    const [list, placement, version, variant, user, item] = JSON.parse(Buffer.from(content, 'base64url').toString());
    return { list, placement, version, variant: variant ?? undefined, user, item: item ?? undefined };
  }

  #sign(content: string): string {
    return createHmac('sha256', this.#key).update(content).digest('base64url').slice(0, 27);
  }
}
