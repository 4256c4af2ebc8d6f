import { bytes, double, type Field, flag, int, message, nested, text } from './protobuf.ts';
import type { Plan } from './session.ts';

// The plans that training needs, as Spark's protobuf files number them.

/** The fields of a relation. */
export type Relation = Uint8Array;

/** A plan that yields the rows of a relation. */
export const rowsOf = (relation: Relation): Plan => nested(1, relation);

/** The rows of a SQL query. */
export const query = (sql: string): Relation => message(header, nested(10, text(1, sql)));

/** Files that the cluster reads. */
export function files(paths: readonly string[], format: string, options: Readonly<Record<string, string>>): Relation {
  const given = Object.entries(options).map(([key, value]) => nested(3, text(1, key), text(2, value)));
  return message(header, nested(2, nested(2, text(1, format), ...given, ...paths.map((path) => text(4, path)))));
}

/** A table of the cluster's catalogue. */
export const catalogueTable = (name: string): Relation => message(header, nested(2, nested(1, text(1, name))));

/** Uploaded Arrow streams, by their hashes: a balanced tree of unions, since messages may be nested a hundred deep only. */
export function uploaded(hashes: readonly string[]): Relation {
  if (hashes.length === 1) return message(header, nested(36, text(3, hashes[0])));
  const half = Math.ceil(hashes.length / 2);
  const [left, right] = [uploaded(hashes.slice(0, half)), uploaded(hashes.slice(half))];
  return message(header, nested(6, nested(1, left), nested(2, right), int(3, 2), flag(4, true)));
}

/** An uploaded Arrow stream as the server expects it: as a local relation. */
export const localRelation = (arrow: Uint8Array): Uint8Array => bytes(1, arrow);

/** Names a relation for SQL. */
export const createView = (name: string, relation: Relation): Plan =>
  nested(2, nested(3, nested(1, relation), text(2, name), flag(4, true)));

/** Runs a SQL command, such as CACHE TABLE. */
export const runSql = (sql: string): Plan => nested(2, nested(5, nested(6, query(sql))));

/** The value of a parameter; numbers that are whole are `int` unless they are given as `{ double }` or `{ long }`. */
export type Parameter = string | number | boolean | { double: number } | { long: number };

/** Fits an estimator. */
export function fitEstimator(name: string, uid: string, parameters: Readonly<Record<string, Parameter>>, dataset: Relation): Plan {
  const entries = Object.entries(parameters).map(([key, value]) => nested(1, text(1, key), nested(2, literal(value))));
  return mlCommand(nested(1, nested(1, text(1, name), text(2, uid), int(3, 1)), nested(2, ...entries), nested(3, dataset)));
}

/** What an attribute of a model gives, as rows. */
export function modelRows(model: string, method: string): Relation {
  return message(header, nested(300, nested(2, nested(1, text(1, model)), nested(2, text(1, method)))));
}

/** Deletes a model. */
export const deleteModel = (model: string): Plan => mlCommand(nested(3, nested(1, text(1, model))));

const header: Field = nested(1, int(2, 0));

const mlCommand = (command: Field): Plan => nested(2, nested(17, command));

function literal(value: Parameter): Field {
  if (typeof value === 'string') return text(13, value);
  if (typeof value === 'boolean') return flag(3, value);
  if (typeof value === 'number') return int(6, value);
  return 'double' in value ? double(11, value.double) : int(7, value.long);
}
