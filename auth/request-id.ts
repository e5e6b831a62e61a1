import type { Request } from 'express';

/**
 * The id under which the gateway logs the request that made it ask us; undefined when there is
 * none, or something a log should not hold.
 */
export function requestIdOf(request: Request): string | undefined {
  const id = request.get('x-request-id');
  return id !== undefined && /^[\w.-]{1,64}$/.test(id) ? id : undefined;
}
