import { orderRequestSchema, type OrderRequest } from '../../order';
import type { OrderOptions } from '../options/order-options';
import { UsageProblem } from '../problem';

/** What is to be done with which letters. */
export type Wish = Pick<OrderRequest, 'action' | 'select' | 'edit'>;

/** The order that a wish and the options come to. @throws UsageProblem */
export function requestOf(wish: Wish, options: OrderOptions): OrderRequest {
  const { reason, dryRun, rate, limit, skipRefused } = options;
  if (reason === undefined && dryRun !== true) {
    throw new UsageProblem("expected --reason 'why': it stands in the audit");
  }
  const { action, select, edit } = wish;
  const parsed = orderRequestSchema.safeParse({
    action,
    select,
    reason: reason ?? 'dry run',
    ...(edit !== undefined && { edit }),
    ...(rate !== undefined && { rate_per_s: rate }),
    ...(limit !== undefined && { limit }),
    ...(skipRefused === true && { skip_refused: true }),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new UsageProblem(problems.join('; '));
}
