import type { Request, Response } from 'express';

/**
 * Lets a client that asked before sending (`curl` with a large file) begin. Node closes a
 * connection on which the answer came without it (RFC 9110 section 10.1.1).
 */
export function inviteBody(request: Request, response: Response): void {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
}
