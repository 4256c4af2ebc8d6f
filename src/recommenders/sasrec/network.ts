import type { Engine } from '../../engine/engine.ts';
import {
  activationBackward,
  activationForward,
  attentionBackward,
  attentionForward,
  dropoutRows,
  layerNormBackward,
  layerNormForward,
  linearBackward,
  linearForward,
} from '../../engine/generated/jobs.ts';
import { type Blocks, f32, i32, layout } from '../../engine/memory/layout.ts';
import { type Call, call } from '../../engine/training/calls.ts';
import type { DenseParameters, Sizes } from '../../engine/training/dense-parameters.ts';
import type { SasRecSettings } from './options.ts';

type Shape = Pick<SasRecSettings, 'factors' | 'blocks' | 'heads' | 'dropout'>;

/** Names and sizes of the weights. */
export function denseSizes({ factors: d, blocks }: Pick<Shape, 'factors' | 'blocks'>): Sizes<string> {
  const sizes: Record<string, number> = {};
  for (let b = 0; b < blocks; b++) {
    Object.assign(sizes, { [`gainA${b}`]: d, [`shiftA${b}`]: d, [`qkv${b}`]: 3 * d * d, [`out${b}`]: d * d });
    Object.assign(sizes, { [`gainB${b}`]: d, [`shiftB${b}`]: d, [`up${b}`]: 4 * d * d, [`upBias${b}`]: 4 * d });
    Object.assign(sizes, { [`down${b}`]: 4 * d * d, [`downBias${b}`]: d });
  }
  return { ...sizes, gain: d, shift: d };
}

/** Memory of the activations of so many rows in so many sequences, whose squared lengths add up to `squares` at most. */
export function networkLayout({ factors: d, blocks, heads }: Shape, rows: number, sequences: number, squares: number, learns: boolean) {
  const block = () =>
    layout({
      y: f32(rows * d),
      statsA: f32(2 * rows),
      qkv: f32(3 * rows * d),
      shares: f32(heads * squares),
      mixed: f32(rows * d),
      x: f32(rows * d),
      statsB: f32(2 * rows),
      z: f32(rows * d),
      before: f32(4 * rows * d),
      after: f32(4 * rows * d),
    });
  return layout({
    starts: i32(sequences + 1),
    squares: i32(sequences),
    x: layout(Object.fromEntries(Array.from({ length: blocks + 1 }, (_, b) => [b, f32(rows * d)]))),
    blocks: layout(Object.fromEntries(Array.from({ length: blocks }, (_, b) => [b, block()]))),
    change: f32(rows * d),
    stats: f32(2 * rows),
    dz: f32(learns ? rows * d : 0),
    dy: f32(learns ? rows * d : 0),
    wide: f32(learns ? 4 * rows * d : 0),
  });
}

/** What {@link networkLayout} becomes in memory. */
export type NetworkBlocks = Blocks<ReturnType<typeof networkLayout>['fields']>;

/** Floats of scratch that the layers need per thread. */
export const networkScratch = ({ factors }: Pick<Shape, 'factors'>, rows: number) => 8 * Math.max(4 * factors, rows) + 64;

/** Rows and sequences of one pass; `starts` and `squares` are filled. */
export interface Pass {
  rows: number;
  sequences: number;
  /** Of the dropout; undefined = none, as in serving. */
  seed: number | undefined;
}

/**
 * The transformer of SASRec (Kang & McAuley 2018) over rows of embedded items: blocks of x + dropout(attention(norm(x))), then
 * x + dropout(layers(norm(x))), and a last norm. Both passes are lists of calls, for all threads or for this one.
 */
export class SasRecNetwork {
  readonly #engine: Engine<'training'>;
  readonly #memory: NetworkBlocks;
  readonly #dense: DenseParameters<string>;
  readonly #shape: Shape;

  constructor(engine: Engine<'training'>, memory: NetworkBlocks, dense: DenseParameters<string>, shape: Shape) {
    this.#engine = engine;
    this.#memory = memory;
    this.#dense = dense;
    this.#shape = shape;
  }

  /** Embedded items, one row per position; input of a pass. */
  get input() {
    return this.#memory.x[0];
  }

  /** Where sequences begin, and their end; and the sums of the squared lengths of those before. */
  get sequences() {
    const { starts, squares } = this.#memory;
    return { starts, squares };
  }

  /** From the input to `out`: one vector per position. */
  forward(pass: Pass, out: F32Block): Call[] {
    const { stats, x } = this.#memory;
    const width = this.#shape.factors;
    const last = x[this.#shape.blocks];
    const norm = { x: last, width, gain: this.#value('gain'), shift: this.#value('shift'), y: out, stats };
    const calls: Call[] = [];
    for (let b = 0; b < this.#shape.blocks; b++) calls.push(...this.#blockForward(b, pass));
    return [...calls, call(this.#engine, layerNormForward, pass.rows, norm)];
  }

  /** From the gradient of `out` to that of the input, which is added to `dx`; dx begins at 0. */
  backward(pass: Pass, dout: F32Block, dx: F32Block): Call[] {
    const { stats, x } = this.#memory;
    const width = this.#shape.factors;
    const last = { x: x[this.#shape.blocks], width, gain: this.#value('gain'), stats, dy: dout, dx };
    const calls = [call(this.#engine, layerNormBackward, pass.rows, { ...last, ...this.#gradients({ dgain: 'gain', dshift: 'shift' }) })];
    for (let b = this.#shape.blocks - 1; b >= 0; b--) calls.push(...this.#blockBackward(b, pass, dx));
    return calls;
  }

  #blockForward(b: number, pass: Pass): Call[] {
    const { factors: d, heads } = this.#shape;
    const { starts, squares, change, wide } = this.#memory;
    const { y, statsA, qkv, shares, mixed, x, statsB, z, before, after } = this.#memory.blocks[b];
    // Where there is a way back, it finds the slopes in the place of what the activation was given.
    const slopes = wide.array.length > 0 ? before : undefined;
    const input = this.#memory.x[b];
    const value = (name: string) => this.#value(`${name}${b}`);
    const { rows } = pass;
    const attention = { qkv, starts, squares, width: d, heads, ...this.#dropout(pass, 3 * b), shares };
    const engine = this.#engine;
    return [
      call(engine, layerNormForward, rows, { x: input, width: d, gain: value('gainA'), shift: value('shiftA'), y, stats: statsA }),
      call(engine, linearForward, rows, { x: y, inputs: d, w: value('qkv'), outputs: 3 * d, y: qkv }),
      call(engine, attentionForward, pass.sequences, { ...attention, out: mixed }),
      call(engine, linearForward, rows, { x: mixed, inputs: d, w: value('out'), outputs: d, y: change }),
      call(engine, dropoutRows, rows, { x: change, base: input, width: d, ...this.#dropout(pass, 3 * b + 1), out: x }),
      call(engine, layerNormForward, rows, { x, width: d, gain: value('gainB'), shift: value('shiftB'), y: z, stats: statsB }),
      call(engine, linearForward, rows, { x: z, inputs: d, w: value('up'), b: value('upBias'), outputs: 4 * d, y: before }),
      call(engine, activationForward, rows, { x: before, width: 4 * d, kind: gelu, y: after, slopes }),
      call(engine, linearForward, rows, { x: after, inputs: 4 * d, w: value('down'), b: value('downBias'), outputs: d, y: change }),
      call(engine, dropoutRows, rows, { x: change, base: x, width: d, ...this.#dropout(pass, 3 * b + 2), out: this.#memory.x[b + 1] }),
    ];
  }

  #blockBackward(b: number, pass: Pass, dx: F32Block): Call[] {
    const { factors: d, heads } = this.#shape;
    const { starts, squares, dz, dy, wide } = this.#memory;
    const { y, statsA, qkv, shares, mixed, x, statsB, z, before, after } = this.#memory.blocks[b];
    const input = this.#memory.x[b];
    const value = (name: string) => this.#value(`${name}${b}`);
    const own = <K extends string>(names: Record<K, string>) => this.#gradients(names, b);
    const { rows } = pass;
    const attention = { qkv, starts, squares, width: d, heads, ...this.#dropout(pass, 3 * b), shares };
    const up = { x: z, inputs: d, w: value('up'), outputs: 4 * d, dy: wide, dx: dz };
    const down = { x: after, inputs: 4 * d, w: value('down'), outputs: d, dy: dz, dx: wide };
    const out = { x: mixed, inputs: d, w: value('out'), outputs: d, dy: dz, dx: dy };
    const normB = { x, width: d, gain: value('gainB'), stats: statsB, dy: dz, dx };
    const normA = { x: input, width: d, gain: value('gainA'), stats: statsA, dy: dz, dx };
    const engine = this.#engine;
    return [
      call(engine, dropoutRows, rows, { x: dx, width: d, ...this.#dropout(pass, 3 * b + 2), out: dz }),
      call(engine, linearBackward, rows, { ...down, ...own({ dw: 'down', db: 'downBias' }) }),
      call(engine, activationBackward, rows, { x: before, width: 4 * d, kind: gelu, dy: wide, dx: wide }),
      call(engine, linearBackward, rows, { ...up, ...own({ dw: 'up', db: 'upBias' }) }),
      call(engine, layerNormBackward, rows, { ...normB, ...own({ dgain: 'gainB', dshift: 'shiftB' }) }),
      call(engine, dropoutRows, rows, { x: dx, width: d, ...this.#dropout(pass, 3 * b + 1), out: dz }),
      call(engine, linearBackward, rows, { ...out, ...own({ dw: 'out' }) }),
      call(engine, attentionBackward, pass.sequences, { ...attention, dout: dy, dqkv: wide }),
      call(engine, linearBackward, rows, { x: y, inputs: d, w: value('qkv'), outputs: 3 * d, dy: wide, dx: dz, ...own({ dw: 'qkv' }) }),
      call(engine, layerNormBackward, rows, { ...normA, ...own({ dgain: 'gainA', dshift: 'shiftA' }) }),
    ];
  }

  #value(name: string) {
    return this.#dense.value(name);
  }

  /** Where gradients go, by the names of a kernel's arguments. @param b the block that the weights belong to */
  #gradients<K extends string>(names: Record<K, string>, b: number | '' = '') {
    const blocks = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, this.#dense.gradient(`${name}${b}`)]));
    return { ...(blocks as Record<K, F32Block>), stride: this.#dense.stride };
  }

  /** Of the place-th dropout of a pass; in serving, none. */
  #dropout({ seed }: Pass, place: number) {
    return { probability: seed === undefined ? 0 : this.#shape.dropout, seed: ((seed ?? 0) + Math.imul(place + 1, 0x9e3779b9)) >>> 0 };
  }
}

type F32Block = NetworkBlocks['change'];
const gelu = 2;
