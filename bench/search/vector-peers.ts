import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cost } from '../support/clock.ts';
import { Peer } from '../support/peers.ts';
import type { VectorSet } from './clustered-vectors.ts';

/** What the other side offers: exact ones (flat) and graphs. */
export type PeerIndex = 'faiss-flat' | 'faiss-hnsw' | 'usearch-flat' | 'usearch-hnsw' | 'hnswlib-flat' | 'hnswlib-hnsw';

/** Settings of a graph. */
export interface PeerBuild {
  threads?: number;
  /** Links of a vector. */
  m?: number;
  efConstruction?: number;
}

/** faiss, usearch and hnswlib in one process of their own, on one set of vectors; files go through `folder`. */
export class VectorPeers {
  readonly #peer: Peer;
  readonly #folder: string;

  private constructor(peer: Peer, folder: string) {
    this.#peer = peer;
    this.#folder = folder;
  }

  /** Undefined, after one line that says why, where Python or the packages cannot be had. */
  static start(folder: string): VectorPeers | undefined {
    const peer = Peer.start('vector_search.py');
    return peer && new VectorPeers(peer, folder);
  }

  /** Versions of what answers; a package that could not be installed is missing. */
  about(): Promise<Record<string, string>> {
    return this.#peer.ask('about');
  }

  /** Hands over the vectors and the queries. */
  async load({ rows, queries, dimensions }: VectorSet): Promise<void> {
    await this.#peer.ask('load', { rows: this.#write('rows.f32', rows), asked: this.#write('queries.f32', queries), dimensions });
  }

  /** Builds an index over all vectors. `resident`: bytes by which the process grew. */
  build(index: PeerIndex, options: PeerBuild = {}): Promise<Cost & { resident: number }> {
    return this.#peer.ask('build', { index, ...options });
  }

  /** Forgets an index. */
  async drop(index: PeerIndex): Promise<void> {
    await this.#peer.ask('drop', { index });
  }

  /** Queries lo to hi one by one, one thread: seconds of each, CPU seconds together, the ids found. `allowed`: of faiss only. */
  each(
    index: PeerIndex,
    lo: number,
    hi: number,
    { allowed, ...options }: { n?: number; ef?: number; allowed?: number[] } = {},
  ): Promise<{ seconds: number[]; cpu: number; ids: number[][] }> {
    const file = allowed && this.#write('allowed.i64', BigInt64Array.from(allowed, BigInt));
    return this.#peer.ask('each', { index, lo, hi, ...options, ...(file ? { allowed: file } : {}) });
  }

  /** Queries lo to hi in one call. */
  batch(
    index: PeerIndex,
    lo: number,
    hi: number,
    options: { n?: number; threads?: number; ef?: number } = {},
  ): Promise<Cost & { ids: number[][] }> {
    return this.#peer.ask('batch', { index, lo, hi, ...options });
  }

  close(): void {
    this.#peer.close();
  }

  #write(name: string, array: Float32Array | BigInt64Array): string {
    const path = join(this.#folder, name);
    writeFileSync(path, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return path;
  }
}
