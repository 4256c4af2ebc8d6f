import type { Features } from './features.ts';
import { IdMap } from './id-map.ts';
import { type Interactions, interactionsOfColumns } from './interactions.ts';

/** Interactions as plain arrays, which can be sent to another thread. */
export interface PackedInteractions {
  /** Ids as UTF-8 and their ends. */
  users: ReturnType<IdMap['toColumns']>;
  /** The same of items. */
  items: ReturnType<IdMap['toColumns']>;
  /** Dense user index of each row. */
  u: Int32Array;
  /** Dense item index of each row. */
  i: Int32Array;
  /** Value of each row. */
  v: Float32Array;
  /** Time of each row. */
  t: Float64Array | undefined;
  /** Named columns of users. */
  userFeatures: Features;
  /** Named columns of items. */
  itemFeatures: Features;
}

/** Interactions to send to another thread. Shares the columns; sending copies them. */
export function packInteractions(from: Interactions): PackedInteractions {
  return {
    users: from.users.toColumns(),
    items: from.items.toColumns(),
    u: from.userIndices,
    i: from.itemIndices,
    v: from.values,
    t: from.timestamps,
    userFeatures: from.userFeatures,
    itemFeatures: from.itemFeatures,
  };
}

/** The interactions that {@link packInteractions} was given: the same rows with the same ids at the same indices. */
export function unpackInteractions({ users, items, userFeatures, itemFeatures, ...columns }: PackedInteractions): Interactions {
  const ids = ({ bytes, ends }: PackedInteractions['users']) => IdMap.fromColumns(bytes, ends);
  return interactionsOfColumns({ ...columns, users: ids(users), items: ids(items) }, { userFeatures, itemFeatures });
}
