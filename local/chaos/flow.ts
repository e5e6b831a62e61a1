import type { Socket } from 'node:net';
import { resetSocket } from './reset-socket';

/** Held back beyond this, the sender is asked to wait, as TCP's window would. */
const mostHeldBytes = 1_048_576;

interface Held {
  /** Bytes, or how the sender left: FIN or RST. */
  readonly what: Buffer | 'end' | 'reset';
  readonly dueAt: number;
}

/** One direction of a connection: what comes from one socket goes to the other, in order. */
export class Flow {
  #held: Held[] = [];
  #heldBytes = 0;
  #stalled = false;
  #stopped = false;
  #latencyMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
  ) {
    from.on('data', (bytes) => {
      this.#take(bytes);
    });
    from.on('end', () => {
      this.#take('end');
    });
    from.on('error', () => {
      this.#take('reset');
    });
    to.on('drain', () => {
      this.#pump();
    });
  }

  /** Applies to what comes from now on; what is held keeps its place before it. */
  setLatency(latencyMs: number): void {
    this.#latencyMs = latencyMs;
  }

  /** While stalled everything is held; afterwards it goes out. */
  setStalled(stalled: boolean): void {
    this.#stalled = stalled;
    this.#pump();
  }

  /** From now on everything is read and dropped. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped = true;
    this.#held = [];
    if (this.from.isPaused()) this.from.resume();
  }

  #take(what: Held['what']): void {
    if (this.#stopped) return;
    this.#held.push({ what, dueAt: performance.now() + this.#latencyMs });
    this.#heldBytes += sizeOf(what);
    this.#pump();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    while (!this.#stalled && !this.#stopped) {
      const next = this.#held[0];
      if (next === undefined || (this.to.writableNeedDrain && next.what !== 'reset')) break;
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#pump();
        }, waitMs);
        break;
      }
      this.#held.shift();
      this.#heldBytes -= sizeOf(next.what);
      if (next.what === 'reset') resetSocket(this.to);
      else if (next.what === 'end') this.to.end();
      else if (this.to.writable) this.to.write(next.what);
    }
    if (this.#heldBytes > mostHeldBytes) this.from.pause();
    else if (this.from.isPaused()) this.from.resume();
  }
}

function sizeOf(what: Held['what']): number {
  return typeof what === 'string' ? 0 : what.length;
}
