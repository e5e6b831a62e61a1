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
