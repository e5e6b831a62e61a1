import type { Socket } from 'node:net';

/**
 * Closes a connection with RST; one whose FIN is just on its way without. libuv refuses to reset
 * such a socket (EINVAL, uv_tcp_close_reset), and Node 24 then never closes it: its process cannot
 * end any more.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
