import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Engine } from '../../engine/engine';
import { type ProgramRun, type RunOptions, runProgram } from '../../engine/run-program';
import type { EnginePorts } from './engine-ports';

const containerSchema = z.object({
  Name: z.string(),
  Service: z.string(),
  State: z.string(),
  Health: z.string().default(''),
  ExitCode: z.number(),
  ID: z.string(),
});

export type ComposeContainer = z.infer<typeof containerSchema>;

/** One project of docker compose, driven by the commands that a deployer types. */
export class ComposeStack {
  readonly #engine: Engine;
  readonly #program: string;
  readonly #directory: string;
  readonly #signal: AbortSignal;
  readonly #ports: EnginePorts;
  #files: readonly string[] = [];

  /**
   * @param program docker-compose
   * @param directory of the compose file, with its `.env`
   */
  constructor(
    engine: Engine,
    ports: EnginePorts,
    program: string,
    directory: string,
    signal: AbortSignal,
  ) {
    this.#engine = engine;
    this.#ports = ports;
    this.#program = program;
    this.#directory = directory;
    this.#signal = signal;
  }

  get directory(): string {
    return this.#directory;
  }

  /** Of the run that the stack is for. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** Further compose files from now on, below the directory; none, to be without them again. */
  override(...files: readonly string[]): void {
    this.#files = files;
  }

  /** @throws StackError with the end of what it printed */
  compose(args: readonly string[], options: RunOptions = {}): Promise<ProgramRun> {
    const files = ['docker-compose.yml', ...this.#files].flatMap((file) => ['-f', file]);
    return runProgram(this.#program, ['--ansi', 'never', ...files, ...args], {
      directory: this.#directory,
      signal: this.#signal,
      ...options,
      environment: { ...this.#engine.environment, ...options.environment },
    });
  }

  docker(args: readonly string[], options: RunOptions = {}): Promise<ProgramRun> {
    return this.#engine.docker(args, options);
  }

  /** Also those that have ended. */
  async containers(...services: readonly string[]): Promise<ComposeContainer[]> {
    const { stdout } = await this.compose(['ps', '--all', '--format', 'json', ...services]);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => containerSchema.parse(JSON.parse(line)));
  }

  async running(service: string): Promise<ComposeContainer[]> {
    return (await this.containers(service)).filter(({ State }) => State === 'running');
  }

  /** A mongosh expression as MongoDB's root. @returns what it printed */
  async mongosh(expression: string): Promise<string> {
    const line = `mongosh --quiet -u root -p "$(cat /run/secrets/mongo-root-password)" --authenticationDatabase admin --eval "$1"`;
    const { stdout } = await this.compose([
      ...['exec', '-T', 'mongo', 'bash', '-c', line, 'bash', expression],
    ]);
    return stdout.trim();
  }

  /** Where a port that the stack publishes is reached from here; ends without a slash. */
  url(published: number): Promise<string> {
    return this.#ports.url(published);
  }

  /** Writes what every container has written into one file. */
  async keepLogs(path: string): Promise<void> {
    const { stdout } = await this.compose(['logs', '--no-color', '--timestamps'], {
      anyCode: true,
      signal: AbortSignal.timeout(30_000),
    });
    writeFileSync(path, stdout);
  }

  /** Containers, networks and volumes. */
  async down(): Promise<void> {
    await this.compose(['down', '--volumes', '--remove-orphans', '--timeout', '5'], {
      anyCode: true,
      signal: AbortSignal.timeout(60_000),
    });
  }
}
