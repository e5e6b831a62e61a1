import { setTimeout as delay } from 'node:timers/promises';
import { type OneShotListener, readJob } from '../stack/one-shot-listener';
import type { Answer } from '../stack/request';

export type RequestName = 'login' | 'upload' | 'slow upload' | 'status' | 'download';

/** A request that did not end as it should: lost for the listener who made it. */
export interface LostRequest {
  readonly request: RequestName;
  /** What was being done to the stack then. */
  readonly during: string;
  readonly at: Date;
  readonly ms: number;
  readonly problem: string;
}

interface Pace {
  readonly request: RequestName;
  /** Between the beginnings of two; one that takes longer is not waited for. */
  readonly everyMs: number;
}

const paces: readonly Pace[] = [
  { request: 'login', everyMs: 10_000 },
  { request: 'upload', everyMs: 1_500 },
  // Always some under way, so that every stop meets a few in the middle.
  { request: 'slow upload', everyMs: 5_000 },
  { request: 'status', everyMs: 100 },
  { request: 'download', everyMs: 300 },
];

/** How long a slow upload takes to be sent; a stopping gateway waits longer for it. */
const slowUploadMs = 8_000;

/** Steady use by one listener, until it is stopped; what is under way is given up with the listener. */
export class Load {
  readonly sent: Record<RequestName, number>;
  readonly lost: LostRequest[] = [];
  /** Jobs that an answer named, in the order of the answers. */
  readonly accepted: string[] = [];
  /** Milliseconds of the longest answered request of each kind. */
  readonly longestMs: Record<RequestName, number>;
  /** What is being done to the stack, for those that get lost meanwhile. */
  during = 'nothing';
  readonly #listener: OneShotListener;
  readonly #video: Buffer;
  readonly #stopped = new AbortController();
  readonly #ready: string[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #loops: readonly Promise<void>[];

  constructor(listener: OneShotListener, video: Buffer) {
    this.#listener = listener;
    this.#video = video;
    this.sent = { login: 0, upload: 0, 'slow upload': 0, status: 0, download: 0 };
    this.longestMs = { ...this.sent };
    this.#loops = paces.map((pace) => this.#loop(pace));
  }

  /** Resolves when every request under way has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#loops);
    await Promise.all(this.#underWay);
  }

  async #loop({ request, everyMs }: Pace): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const one = this.#one(request).finally(() => this.#underWay.delete(one));
      this.#underWay.add(one);
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Never throws: whatever goes wrong with a request, it is lost for the listener. */
  async #one(request: RequestName): Promise<void> {
    const begun = this.during;
    const begin = performance.now();
    let problem: string | undefined;
    try {
      const answer = await this.#send(request);
      if (answer === undefined) return;
      problem = this.#problemOf(request, answer);
    } catch (error) {
      problem = Error.isError(error) ? error.message : String(error);
    }
    this.sent[request] += 1;
    if (problem === undefined) return;
    this.lost.push({
      request,
      during: begun === this.during ? begun : `${begun} → ${this.during}`,
      at: new Date(),
      ms: Math.round(performance.now() - begin),
      problem,
    });
  }

  /** @throws Error for a good answer that cannot be read */
  #problemOf(request: RequestName, answer: Answer): string | undefined {
    if (answer.status !== 200) {
      const said = answer.body.toString('utf8').replaceAll(/\s+/g, ' ').slice(0, 120);
      return answer.status === undefined ? answer.problem : `${answer.status} ${said}`;
    }
    this.longestMs[request] = Math.max(this.longestMs[request], Math.round(answer.ms));
    switch (request) {
      case 'upload':
      case 'slow upload':
        this.accepted.push(readJob(answer).id);
        return undefined;
      case 'status': {
        const { id, state } = readJob(answer);
        if (state === 'ready') this.#ready.push(id);
        return undefined;
      }
      case 'login':
      case 'download':
        return undefined;
      default:
        return request satisfies never;
    }
  }

  /** Undefined where there is nothing to ask for yet. */
  async #send(request: RequestName): Promise<Answer | undefined> {
    const name = `${request} ${this.sent[request]}.mp4`;
    switch (request) {
      case 'login':
        return this.#listener.logIn();
      case 'upload':
        return this.#listener.upload(name, this.#video);
      case 'slow upload':
        return this.#listener.upload(name, this.#video, slowUploadMs);
      case 'status': {
        const id = this.#pick(this.accepted);
        return id === undefined ? undefined : this.#listener.show(id);
      }
      case 'download': {
        const id = this.#pick(this.#ready);
        return id === undefined ? undefined : this.#listener.download(id);
      }
      default:
        return request satisfies never;
    }
  }

  /** Mostly a recent one: it is the one whose answer still changes. */
  #pick(ids: readonly string[]): string | undefined {
    const recent = ids.slice(-20);
    return recent[Math.floor(Math.random() * recent.length)];
  }
}
