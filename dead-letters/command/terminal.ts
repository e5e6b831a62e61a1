import { styleText } from 'node:util';

/** The process the command runs in. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  /** Questions, progress and problems: standard output holds results only. */
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Calls the listener on Ctrl-C instead of ending the process. @returns how to take it back. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** How results are written. */
export interface Output {
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
  /** Columns that a line may take; undefined where nobody looks at a screen. */
  readonly width: number | undefined;
  readonly paint: (how: Paint, text: string) => string;
}

export function outputOf({ stdout, stderr, environment }: Terminal): Output {
  const isTerminal = stdout.isTTY === true;
  // no-color.org: any value but the empty one turns colour off.
  const color = isTerminal && (environment['NO_COLOR'] ?? '') === '';
  return {
    say: (line) => stdout.write(`${line}\n`),
    complain: (line) => stderr.write(`${line}\n`),
    width: isTerminal ? (stdout.columns ?? 80) : undefined,
    paint: (how, text) => (color ? styleText(how, text, { validateStream: false }) : text),
  };
}

/** Whether somebody is there to be asked. */
export function canAsk({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
