import type { MetadataValue } from '../contracts/where.ts';

/** What an index has of an item: its fields, as JSON holds them; what was null or missing is not there. */
export type KeptMetadata<Kept> = {
  /** A field that was kept. */
  readonly [Field in keyof Kept]?: KeptValue<Kept[Field]>;
};

/** What an index has of a field's value: dates become text. */
export type KeptValue<Value> = unknown extends Value ? MetadataValue : Value extends Date ? string : NonNullable<Value>;
