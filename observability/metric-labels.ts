/**
 * What a label may say. Unions only: no file name, no user and no client can make a new series.
 */

/** Paths that the gateway and auth serve, as Express writes them; everything else is `none`. */
export const httpRoutes = [
  'none',
  '/',
  '/login',
  '/validate',
  '/upload',
  '/download',
  '/jobs',
  '/jobs/:id',
  '/jobs/:id/mp3',
  '/openapi.json',
  '/operator',
  '/operator/page.js',
  '/operator/page.css',
  '/operator/dead-letters',
  '/operator/dead-letters/groups',
  '/operator/dead-letters/audit',
  '/operator/dead-letters/orders',
  '/operator/dead-letters/orders/:id',
  '/operator/dead-letters/orders/:id/stop',
  '/operator/dead-letters/preview',
  '/operator/dead-letters/export',
  '/operator/dead-letters/import',
  '/operator/dead-letters/:id',
  '/operator/dead-letters/:id/body',
] as const;
export type HttpRoute = (typeof httpRoutes)[number];
/** What may be registered: a path that has no label does not compile. */
export type ServedRoute = Exclude<HttpRoute, 'none'>;

export const httpMethods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'other',
] as const;
export type HttpMethod = (typeof httpMethods)[number];

export const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
export type StatusClass = (typeof statusClasses)[number];

export const outcomes = ['completed', 'failed', 'retry', 'defer', 'dead-letter'] as const;

/** The delay queue of a retry, from the shortest delay on. */
export const retryTiers = ['1', '2', '3', 'later'] as const;
export type RetryTier = (typeof retryTiers)[number];

/** Why work was put off through no fault of its own. */
export const deferReasons = [
  'dependency',
  'broker',
  'claim',
  'disk',
  'stopping',
  'unforeseen',
] as const;
export type DeferReason = (typeof deferReasons)[number];

export const stepResults = ['ok', 'refused', 'failed', 'deferred'] as const;
export type StepResult = (typeof stepResults)[number];
