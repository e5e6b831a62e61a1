import { ObjectId } from 'mongodb';
import { eventually } from '../test-broker';
import { beginConversion, publishVideo } from './begin-conversion';
import type { Poison } from './poison';
import { countDeadLetters, takeDeadLetters } from './dead-letters';
import { judgeRemains } from './judge-remains';
import { lookAtRemains } from './remains';
import { givenUp, ready } from './scenario';
import { maxAttempts, System } from './system';
import { makeVideos, type Videos } from './videos';

let videos: Videos;

beforeAll(async () => {
  videos = await makeVideos();
});

/** Workers as a platform runs them: one that ends by itself is started again. */
class Workers {
  /** How often one of them died. */
  deaths = 0;
  readonly #ready: Promise<unknown>[] = [];
  #wanted = true;

  constructor(
    private readonly system: System,
    private readonly poison: Poison,
  ) {}

  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, index) => this.#begin(index)));
    await Promise.all(this.#ready);
  }

  /** Starts none any more, and stops those that run. */
  async end(): Promise<void> {
    this.#wanted = false;
    // One that is only just starting would not hear of it.
    await Promise.allSettled(this.#ready);
    await this.system.stopProcesses();
  }

  async #begin(index: number): Promise<void> {
    const entry = 'dist/local/boundaries/poisoned-converter-main.js';
    const label = `poisoned ${index}`;
    const worker = await this.system.start('converter', { entry, orders: this.poison, label });
    const isReady = worker.ready();
    isReady.catch(() => undefined); // It may meet the poison before; `start` throws what it must.
    this.#ready.push(isReady);
    void worker.exit.then((how) => {
      if (how === 'SIGKILL') this.deaths += 1;
      if (this.#wanted) this.#ready.push(this.#begin(index));
    });
  }
}

it.each([1, 4, 8])(
  '%i workers use up the attempts of a poison message, no more, and file one dead letter',
  async (count) => {
    const settings = { CONCURRENCY: '1', CLAIM_MS: '1000' };
    const system = await System.open(`poison ${count}`, settings);
    try {
      const [killer = '', thrower = '', healthy = ''] = [0, 1, 2].map(() =>
        new ObjectId().toHexString(),
      );
      const workers = new Workers(system, { kills: [killer], throws: [thrower] });
      await workers.start(count);
      for (const key of [killer, thrower, healthy]) {
        await beginConversion(system, key, videos.sound);
        await publishVideo(system, key); // A second copy changes nothing.
      }
      await eventually(
        'end of all three',
        async () => {
          const finished = await system.jobs.countDocuments({ finishedAt: { $ne: null } });
          const { letters, others } = await countDeadLetters(system);
          // The news of the healthy one, which nobody reads here.
          return (finished === 3 && letters >= 2 && others === 1) || undefined;
        },
        60_000,
      );
      await workers.end();
      const letters = await takeDeadLetters(system);
      for (const key of [killer, thrower]) {
        const remains = await lookAtRemains(system, key, letters);
        expect(judgeRemains(remains, givenUp)).toEqual([]);
        expect(remains.attempts).toBe(maxAttempts);
      }
      const remains = await lookAtRemains(system, healthy, letters);
      expect(judgeRemains(remains, { ...ready, mails: 0 })).toEqual([]);
      expect(workers.deaths).toBe(maxAttempts);
      expect(await system.waiting()).toEqual({ mp3: 1 });
    } finally {
      await system.close();
    }
  },
  120_000,
);
