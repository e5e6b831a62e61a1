import { z } from 'zod';
import type { ListPage } from '../../dead-letters/looking/list-letters';

const defaultLimit = 50;
const maxLimit = 200;

/** The parameters of every list that has pages. */
export const pageShape = {
  limit: z
    .int()
    .min(1)
    .max(maxLimit)
    .optional()
    .describe(`size of a page; default ${defaultLimit}`),
  after: z.string().min(1).max(200).optional().describe('the `next` of the page before'),
};

export function pageOf(query: {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}): ListPage {
  const { limit = defaultLimit, after } = query;
  return { limit, ...(after !== undefined && { after }) };
}
