import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interactions } from 'attune';
import type { Cost } from '../support/clock.ts';
import { Peer } from '../support/peers.ts';
import type { FactorPair } from './loss.ts';

/** What implicit is to fit. */
export interface ImplicitFit {
  factors: number;
  regularization: number;
  iterations: number;
  threads: number;
  /** Cholesky instead of three steps of conjugate gradients. */
  exact?: boolean;
  /** items x factors; users start at zero. Without it implicit draws its own start. */
  start?: Float32Array;
  /** Iterations after which the factors are wanted. */
  keep?: number[];
}

/** What it cost after each iteration, from the start of the fit, and the factors that were wanted. */
export interface ImplicitRun {
  after: Cost[];
  factors(iteration: number): FactorPair;
  /** Takes the factors of an iteration as the model that answers. */
  take(iteration: number): Promise<void>;
}

/** Single calls that both sides have. */
export type ImplicitCall = 'recommend' | 'similarItems' | 'recommendFor' | 'foldIn';

/** `implicit` in a process of its own, on one matrix; files go through `folder`. */
export class Implicit {
  readonly #peer: Peer;
  readonly #folder: string;

  private constructor(peer: Peer, folder: string) {
    this.#peer = peer;
    this.#folder = folder;
  }

  /** Undefined, after one line that says why, where Python or the package cannot be had. */
  static start(folder: string): Implicit | undefined {
    const peer = Peer.start('implicit_als.py');
    return peer && new Implicit(peer, folder);
  }

  /** Versions of what answers. */
  about(): Promise<Record<string, string>> {
    return this.#peer.ask('about');
  }

  /** Hands over the confidences 1 + alpha * value; implicit then runs with alpha 1. */
  async load(data: Interactions, alpha: number): Promise<void> {
    const { rows, columns, offsets, indices, values } = data.byUser;
    await this.#peer.ask('load', {
      offsets: this.#write('offsets.i32', offsets),
      indices: this.#write('indices.i32', indices),
      values: this.#write(
        'confidences.f32',
        values.map((v) => 1 + alpha * v),
      ),
      rows,
      columns,
    });
  }

  async fit({ start, keep = [], ...settings }: ImplicitFit): Promise<ImplicitRun> {
    const items = start && this.#write('start.f32', start);
    const { wall, cpu } = await this.#peer.ask<{ wall: number[]; cpu: number[] }>('fit', {
      ...settings,
      items,
      keep,
      folder: this.#folder,
    });
    const path = (side: string, iteration: number) => join(this.#folder, `${side}-${iteration}.f32`);
    return {
      after: wall.map((seconds, k) => ({ wall: seconds, cpu: cpu[k] })),
      factors: (iteration) => ({ users: readF32(path('users', iteration)), items: readF32(path('items', iteration)) }),
      take: async (iteration) => {
        const { factors, regularization } = settings;
        await this.#peer.ask('take', { factors, regularization, users: path('users', iteration), items: path('items', iteration) });
      },
    };
  }

  /** Answers from given factors from now on. */
  async take({ users, items }: FactorPair, factors: number, regularization: number): Promise<void> {
    const files = { users: this.#write('users.f32', users), items: this.#write('items.f32', items) };
    await this.#peer.ask('take', { factors, regularization, ...files });
  }

  /** Seconds of each of some single calls, their CPU seconds together, and the lists they gave. */
  each(call: ImplicitCall, queries: number[], threads = 1): Promise<{ seconds: number[]; cpu: number; lists: number[][] }> {
    return this.#peer.ask('each', { call, queries, threads });
  }

  /** Lists of many users at once. */
  batch(users: number[], threads: number): Promise<Cost> {
    return this.#peer.ask('batch', { users, threads });
  }

  /** The n best items of each user, not those of the training part; -1 where there are fewer. */
  async lists(users: number[], n: number, threads: number): Promise<Int32Array> {
    const out = join(this.#folder, 'lists.i32');
    await this.#peer.ask('batch', { users, threads, n, out });
    const bytes = readFileSync(out);
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }

  /** Peak and present resident bytes. */
  memory(reset = false): Promise<{ peak: number; now: number }> {
    return this.#peer.ask('memory', { reset });
  }

  close(): void {
    this.#peer.close();
  }

  #write(name: string, array: Int32Array | Float32Array): string {
    const path = join(this.#folder, name);
    writeFileSync(path, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return path;
  }
}

function readF32(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
