import type { StaticEmbedder } from 'attune';

/**
 * An embedder for English texts that needs no model and no download: a table of 28,245 token vectors of length 256, distilled from
 * all-MiniLM-L6-v2. Read once, from a file in Node and over the network in a browser. An index file that was built with it brings it along.
 */
export function staticEn(): Promise<StaticEmbedder>;
