/** Every moment at which the product is stopped, by the process that is in it. */
export const boundaries = {
  gateway: ['job recorded, not published', 'job published, not marked'],
  relay: [
    'held job not published',
    'held job published, not marked',
    'unheard news not published',
    'unheard news published, not marked',
  ],
  converter: [
    'before fetch-video',
    'after fetch-video',
    'before transcode',
    'after transcode',
    'before store-mp3',
    'MP3 stored, not committed',
    'after store-mp3',
    'before emit-done',
    'news published, job not finished',
    'after emit-done',
    'completed, not acked',
    'refused, not announced',
    'refusal announced, not marked',
    'failed, not acked',
    'retry copy confirmed, not acked',
    'defer copy confirmed, not acked',
    'given up, dead letter not published',
    'dead letter confirmed, not acked',
  ],
  notification: [
    'mail not taken',
    'mail taken, not sent',
    'mail answered 250, not noted',
    'mail noted, not acked',
    'mail retry copy confirmed, not acked',
    'mail defer copy confirmed, not acked',
    'mail given up, dead letter not published',
    'mail dead letter confirmed, not acked',
  ],
} as const;

export type ProcessAtBoundaries = keyof typeof boundaries;
export type Boundary = (typeof boundaries)[ProcessAtBoundaries][number];

/** What happens to the process that stands at a boundary. */
export const ways = ['SIGKILL', 'connection cut', 'exception', 'unforeseen exception'] as const;
/**
 * `connection cut`: all of its connections are reset and stay so for a moment. `exception`: what
 * comes next throws as it may. `unforeseen exception`: it throws what nobody has a class for.
 */
export type Way = (typeof ways)[number];

/** What is thrown: an error that the product knows, or one that nobody foresaw. */
export type Thrown = 'transient' | 'outage' | 'not confirmed' | 'unforeseen';

/** Who is stopped where: a job by its id, or what is sent to a listener by the address. */
export interface Stop {
  readonly boundary: Boundary;
  readonly who: string;
  /** Left out: it waits for word from the test. Otherwise it throws at once. */
  readonly throws?: Thrown;
}

/** From the process to the test: it stands there and waits. */
export interface Reached {
  readonly kind: 'reached';
  readonly boundary: Boundary;
  readonly who: string;
}

/** From the test to the process: go on, or throw. */
export interface GoOn {
  readonly kind: 'go on';
  readonly boundary: Boundary;
  readonly who: string;
  readonly throws: Thrown | null;
}
