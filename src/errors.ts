/** Codes are part of the API: adding one is a minor version, removing one a major. A test keeps docs/errors.md in step. */
export const errorCodes = {
  ERR_BAD_OPTION: 'An option is unknown, has the wrong type, or is out of its range.',
  ERR_BAD_ARGUMENT: 'An argument has the wrong type or is out of its range.',
  ERR_BAD_VALUE: 'A number is missing, NaN, infinite, or outside what makes sense there.',
  ERR_BAD_ID: 'An id is missing, empty, or not well-formed text.',
  ERR_BAD_ROW: 'A row or a line cannot be read.',
  ERR_COLUMN_LENGTH: 'Columns that belong together have different lengths.',
  ERR_DUPLICATE: 'Something occurs twice where it may occur only once.',
  ERR_EMPTY: 'There is nothing to work on.',
  ERR_NOT_FITTED: 'The model has not been fitted yet.',
  ERR_UNKNOWN_USER: 'The model was not fitted on this user.',
  ERR_UNKNOWN_ITEM: 'The model was not fitted on this item, or the store has no such product.',
  ERR_UNKNOWN_HISTORY: 'No item of this history is known to the model.',
  ERR_NOT_SUPPORTED: 'This model or runtime cannot do that.',
  ERR_MISSING_PEER: 'An optional package is needed for this adapter.',
  ERR_BAD_FILE: 'A file is damaged, truncated, or not what it should be.',
  ERR_NEWER_FORMAT: 'A file was written by a newer version of attune.',
  ERR_WRONG_KIND: 'A file holds another kind of model.',
  ERR_NOT_FOUND: 'The store has nothing under this name, version or alias.',
  ERR_IN_USE: 'An alias points at this version.',
  ERR_STORE: 'The storage behind an adapter failed or refused.',
  ERR_STREAM: 'The stream behind an adapter failed or refused.',
  ERR_CLUSTER: 'A cluster cannot be reached, refused, or failed.',
  ERR_EMBEDDER: 'An embedder, or a scorer of texts, failed or returned numbers of the wrong shape.',
  ERR_NUMERIC: 'A computation overflowed or became NaN; the model is unchanged.',
  ERR_OUT_OF_MEMORY: 'The data does not fit into the memory a kernel can address.',
} as const;

/** One of the codes an {@link AttuneError} can carry; {@link errorCodes} says what each means. */
export type ErrorCode = keyof typeof errorCodes;

/**
 * Every error that attune itself throws. `code` is stable and made for programs; the message is made for people and says
 * what was expected, what was received, and what to do.
 */
export class AttuneError extends Error {
  /** The stable code, for example `ERR_UNKNOWN_USER`. */
  readonly code: ErrorCode;

  /**
   * An error with a code and a message.
   * @param options `cause`: the underlying error.
   */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AttuneError';
    this.code = code;
  }
}

/** How a value is shown in a message: short, quoted when it is text, never a whole object. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? 'a function' : String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return `an object (${value.constructor?.name ?? 'no prototype'})`;
}

/** The same for a small object whose contents matter, as JSON where JSON can hold it. */
export function shownWhole(value: unknown): string {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined && text.length <= 300) return text;
  } catch {
    // bigints, circles
  }
  return shown(value);
}
