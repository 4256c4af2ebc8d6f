/** What the routes that change data have in common. */
import { adminSecurity, answer, given, listOf, object } from '../http/schemas.ts';

export const admin = { tags: ['Admin'], security: adminSecurity };

export const largestBody = 10 * 1024 * 1024;
export const mostRows = 100_000;

export const endParams = object({ n: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'How many.' } }, ['n']);

export const csvBody = (csv_data: string) =>
  object({ csv_data: { type: 'string', minLength: 1, description: 'CSV whose first line names the columns.' } }, ['csv_data'], {
    csv_data,
  });

export const insertResult = answer('What became of each row.', {
  inserted: { type: 'integer' },
  updated: { type: 'integer' },
  rejected: {
    ...listOf(given({ row: { type: 'integer' }, reason: { type: 'string' } })),
    description: 'Rows that were left out; numbers from 0.',
  },
});

export const deleted = answer('How many rows there were.', { deleted: { type: 'integer' } });
