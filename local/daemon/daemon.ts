export interface DaemonPort {
  /** What a person calls it: "AMQP", "console". */
  readonly label: string;
  readonly port: number;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** A process that outlives the command that starts it: a server, or one of the product's own. */
export interface Daemon {
  readonly name: string;
  /** Ports it listens on, all on 127.0.0.1; checked to be free before it is started. */
  readonly ports: readonly DaemonPort[];
  /** From launch until `probe` succeeds. */
  readonly readyDeadlineMs: number;
  /** From SIGTERM until SIGKILL. */
  readonly stopDeadlineMs: number;
  /**
   * Whether a running one is replaced when it would be started differently now. Servers are not:
   * others may be using them.
   */
  readonly replaceWhenChanged: boolean;
  /** What else than its command makes it another program: its build. */
  readonly build: string;
  /** Ends what holds its ports and is left of an earlier run; the ports are checked after it. */
  beforeStart?(): Promise<void>;
  /** Makes its directories, configuration and first data; must be harmless when all is there. */
  prepare(): Promise<void>;
  command(): Promise<Command>;
  /** Makes its stop quicker; it is stopped whether this succeeds or not. */
  beforeStop?(): Promise<void>;
  /** Ends what it may have started apart from its own process group. */
  afterStop?(): Promise<void>;
  /**
   * Resolves when it answers in its real protocol; rejects with the reason when it does not yet,
   * with `NotReady` when that is what it answers.
   */
  probe(): Promise<void>;
}

/** A daemon's own answer that it cannot do its work now. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}
