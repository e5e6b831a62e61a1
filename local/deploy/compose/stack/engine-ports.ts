import type { Engine } from '../../engine/engine';

/** Ports that containers publish, each opened once for all stacks of an engine. */
export class EnginePorts {
  readonly #engine: Engine;
  readonly #opened = new Map<number, Promise<{ readonly port: number }>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Where a published port is reached from here; ends without a slash. */
  async url(published: number): Promise<string> {
    let opened = this.#opened.get(published);
    if (opened === undefined) {
      opened = this.#engine.openPort(published);
      this.#opened.set(published, opened);
    }
    return `http://127.0.0.1:${(await opened).port}`;
  }
}
