/** What the shop cannot do, in its own terms; http/errors.ts turns it into a status. */
export class ShopError extends Error {
  constructor(
    readonly code: 'ERR_NOT_FOUND' | 'ERR_NOT_READY' | 'ERR_UNKNOWN_ITEM' | 'ERR_UNKNOWN_USER' | 'ERR_VALIDATION',
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (what: string, id: string) => new ShopError('ERR_NOT_FOUND', `There is no ${what} '${shortened(id)}'.`);

export const notReady = (what: string) => new ShopError('ERR_NOT_READY', `The ${what} has not been trained yet.`);

/** Long texts from clients do not belong in messages. */
export function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
