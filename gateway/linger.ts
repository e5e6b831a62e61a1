import type { RequestHandler } from 'express';

/**
 * What happens to a body we answered without reading. Closing at once would reset the connection,
 * and the client might lose the answer before it has read it (RFC 9112 section 9.6). So the rest
 * is read and thrown away for a while; a client that goes on longer is cut off.
 *
 * @param maxMs How long a refused client may go on sending.
 */
export function discardUnreadBody(maxMs: number): RequestHandler {
  return (request, response, next) => {
    // A client that waits for "100 Continue" and gets an answer instead may or may not send its
    // body, so the connection cannot be used again (RFC 9110 section 10.1.1).
    if (expectsContinue(request.headers.expect)) response.set('Connection', 'close');
    response.once('finish', () => {
      if (request.complete || request.socket.destroyed) return;
      const { socket } = request;
      const cutOff = setTimeout(() => {
        socket.destroy();
      }, maxMs);
      const over = () => {
        clearTimeout(cutOff);
        socket.off('close', over);
      };
      request.once('end', over);
      // Node tells a request nothing any more once it has been answered.
      socket.once('close', over);
      request.resume();
    });
    next();
  };
}

export function expectsContinue(expect: string | undefined): boolean {
  return expect?.toLowerCase() === '100-continue';
}
