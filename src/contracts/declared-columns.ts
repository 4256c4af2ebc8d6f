/** What a declared column holds: text, a finite number, a whole number (booleans become 0 and 1), or anything that JSON holds. */
export type ColumnType = 'TEXT' | 'REAL' | 'INTEGER' | 'JSON';

/** Declared columns: their types by name. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;

declare const holds: unique symbol;

/** A JSON column whose content has a type: `columns: { features: 'JSON' as JsonColumn<string[]> }`. The type is not checked at run time. */
export type JsonColumn<T> = 'JSON' & {
  /** Only for the compiler. */
  readonly [holds]: T;
};

/** The columns that `Tables` declares for a table; undefined when it declares none, so that rows may carry any. */
export type ColumnsOf<Tables, Table extends 'products' | 'interactions'> = Tables extends {
  readonly [T in Table]: {
    /** The declaration. */
    readonly columns: infer C extends ColumnTypes;
  };
}
  ? string extends keyof C
    ? undefined
    : C
  : undefined;

/** Declared columns as they come back, absent ones left out; without a declaration, any. */
export type StoredColumns<C extends ColumnTypes | undefined> = C extends ColumnTypes
  ? { -readonly [Column in keyof C]?: StoredValue<C[Column]> | undefined }
  : {
      /** Further columns. */
      [column: string]: unknown;
    };

/** What comes back from a column. */
export type StoredValue<Type> =
  Type extends JsonColumn<infer T> ? T : Type extends 'TEXT' ? string : Type extends 'REAL' | 'INTEGER' ? number : unknown;

/** Declared columns as they are put; without a declaration, anything. */
export type InputColumns<C extends ColumnTypes | undefined> = C extends ColumnTypes
  ? { readonly [Column in keyof C]?: InputValue<C[Column]> | null | undefined }
  : unknown;

/** What a column takes: numbers also as text that reads as one. */
export type InputValue<Type> =
  Type extends JsonColumn<infer T>
    ? T
    : Type extends 'TEXT'
      ? string
      : Type extends 'REAL'
        ? number | string
        : Type extends 'INTEGER'
          ? number | string | boolean
          : unknown;

/** Refuses the columns of a row that a declared table does not have. */
export type OnlyColumns<Row, C extends ColumnTypes | undefined, Own extends string> = C extends ColumnTypes
  ? { readonly [Column in Exclude<keyof Row, keyof C | Own>]?: null | undefined }
  : unknown;
