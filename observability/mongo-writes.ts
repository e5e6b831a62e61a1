import { Connection } from 'mongodb/lib/cmap/connection';

const { writeCommand } = Connection.prototype;

/**
 * Lets a write to MongoDB end when its connection does. mongodb 7.9.0 waits for the socket's
 * `drain`, or for its `error`; a socket that the server has ended and that is not yet closed gives
 * neither. Whatever was written in that moment would wait for ever: an operation, and with it its
 * delivery, or the driver's own monitor, which then never sees the server come back. Seen after
 * orderly stops of MongoDB; no setting of the driver bounds it (`timeoutMS` would, and would cut
 * long streams as well).
 */
export function endWritesWithTheirConnection(): void {
  Connection.prototype.writeCommand = writeOrClose;
}

async function writeOrClose(this: Connection, command: unknown, options: unknown): Promise<void> {
  let onClose!: () => void;
  const closed = new Promise<never>((_, reject) => {
    onClose = () => {
      reject(this.error ?? new Error('the connection to MongoDB is closed'));
    };
  });
  closed.catch(() => undefined);
  this.once('close', onClose);
  if (this.closed) onClose();
  try {
    await Promise.race([writeCommand.call(this, command, options), closed]);
  } finally {
    this.off('close', onClose);
  }
}
