import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { GatewayClient } from '../../gateway-client';

export interface Account {
  readonly user: string;
  readonly password: string;
}

const pauseMs = 1_100;

/**
 * Listeners who log in, upload, follow and download, one after the other and all the time. What
 * goes wrong is noted; whether it may is for the reader to judge.
 */
export class Traffic {
  /** What went wrong, oldest first. */
  readonly problems: string[] = [];
  uploads = 0;
  downloads = 0;
  readonly #ended = new AbortController();
  readonly #followed = new Set<Promise<void>>();
  #running: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    private readonly accounts: readonly Account[],
    private readonly videos: readonly string[],
    private readonly directory: string,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#running;
    await Promise.all(this.#followed);
  }

  /** Uploads so many at once, whatever else goes on. @returns how many were accepted */
  async burst(count: number): Promise<number> {
    const client = await this.#logIn(0);
    const uploads = Array.from({ length: count }, (_, index) => {
      return client.upload(this.#video(index), () => undefined);
    });
    const ends = await Promise.allSettled(uploads);
    return ends.filter(({ status }) => status === 'fulfilled').length;
  }

  async #run(): Promise<void> {
    for (let round = 0; !this.#ended.signal.aborted; round += 1) {
      await this.#round(round).catch((error: unknown) => {
        if (!this.#ended.signal.aborted) this.problems.push(String(error));
      });
      await delay(pauseMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
    }
  }

  async #round(round: number): Promise<void> {
    const client = await this.#logIn(round);
    // Somebody mistypes the password now and then.
    if (round % 7 === 3) await client.logIn(this.#account(round).user, 'mistyped password');
    const job = await client.upload(this.#video(round), () => undefined);
    this.uploads += 1;
    const following = this.#follow(client, job.id, round)
      .catch((error: unknown) => {
        if (!this.#ended.signal.aborted) this.problems.push(String(error));
      })
      .finally(() => this.#followed.delete(following));
    this.#followed.add(following);
  }

  async #follow(client: GatewayClient, id: string, round: number): Promise<void> {
    for (;;) {
      const job = await client.job(id);
      if (job.mp3 !== null && job.state === 'ready') {
        await client.download(job.mp3.fid, join(this.directory, `${round % 4}.mp3`));
        this.downloads += 1;
        return;
      }
      if (job.state === 'failed' || job.state === 'dead') {
        throw new Error(`job ${id} ended as ${job.state}: ${job.failure?.message ?? ''}`);
      }
      await delay(1_000, undefined, { signal: this.#ended.signal });
    }
  }

  async #logIn(round: number): Promise<GatewayClient> {
    const { user, password } = this.#account(round);
    const client = new GatewayClient(this.url, this.#ended.signal);
    if (!(await client.logIn(user, password))) throw new Error(`${user} cannot log in`);
    return client;
  }

  #account(round: number): Account {
    const account = this.accounts[round % this.accounts.length];
    if (account === undefined) throw new Error('traffic needs an account');
    return account;
  }

  #video(index: number): string {
    const video = this.videos[index % this.videos.length];
    if (video === undefined) throw new Error('traffic needs a video');
    return video;
  }
}
