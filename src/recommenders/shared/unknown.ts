import type { Id } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';

/** The error for a user that the model does not know. */
export function unknownUser(user: Id): AttuneError {
  return new AttuneError(
    'ERR_UNKNOWN_USER',
    `Expected a user the model was fitted on, got ${shown(user)}. Use recommendFor(history) for a visitor, fit again with newer data, or pass onUnknown: 'empty'.`,
  );
}

/** The error for an item that the model does not know. */
export function unknownItem(item: Id): AttuneError {
  return new AttuneError(
    'ERR_UNKNOWN_ITEM',
    `Expected an item the model was fitted on, got ${shown(item)}. Fit again with newer data, use content for new items, or pass onUnknown: 'empty'.`,
  );
}

/** The error for a history without a known item. */
export function unknownHistory(): AttuneError {
  return new AttuneError(
    'ERR_UNKNOWN_HISTORY',
    "Expected a history with at least one item the model was fitted on, got none. Fall back to popular items, fit again with newer data, or pass onUnknown: 'empty'.",
  );
}
