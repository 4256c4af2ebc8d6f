import { createHash } from 'node:crypto';

/** A short name of some content, another one when the content changes. */
export const digestOf = (content: string): string => createHash('sha256').update(content).digest('base64url').slice(0, 22);
