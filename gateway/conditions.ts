import type { Request } from 'express';

/** What tells one state of a file from another. */
export interface Validators {
  /** A strong entity tag, in its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/**
 * `If-Match`, or without it `If-Unmodified-Since` (RFC 9110 sections 13.1.1 and 13.1.4). Their
 * opposites, which lead to 304, are what Express' `request.fresh` decides.
 */
export function ifMatchHolds(request: Request, { etag, lastModified }: Validators): boolean {
  const ifMatch = request.get('if-match');
  if (ifMatch !== undefined) {
    return ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === etag);
  }
  const unmodifiedSince = Date.parse(request.get('if-unmodified-since') ?? '');
  return Number.isNaN(unmodifiedSince) || seconds(lastModified) <= seconds(unmodifiedSince);
}

/** `If-Range` (RFC 9110 section 13.1.5): the same strong tag, or exactly the same date. */
export function ifRangeHolds(request: Request, { etag, lastModified }: Validators): boolean {
  const ifRange = request.get('if-range')?.trim();
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return ifRange === etag;
  return seconds(Date.parse(ifRange)) === seconds(lastModified);
}

/** HTTP dates have whole seconds. */
const seconds = (time: Date | number) => Math.floor(Number(time) / 1000);
