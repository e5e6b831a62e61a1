/** A class of the driver that its types leave out; the driver's version is pinned. */
declare module 'mongodb/lib/cmap/connection' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  export class Connection extends EventEmitter {
    constructor(socket: Socket, options: { readonly id: number });
    readonly closed: boolean;
    /** Why it was closed. */
    readonly error: Error | null;
    command(ns: { readonly db: string }, command: object): Promise<unknown>;
    writeCommand: (this: Connection, command: unknown, options: unknown) => Promise<void>;
  }
}
