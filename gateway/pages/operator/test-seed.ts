import type { DeadLetterRecord } from '../../../dead-letters/dead-letter';
import type { DeadLetterStores } from '../../../dead-letters/stores';
import { seedJobsOf, seedLetters } from '../../../dead-letters/test-letters';

export const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** What the page's tests find on file, with the jobs that died. */
export interface SeededLetters {
  /** Two pages of one group. */
  readonly fullDisk: readonly DeadLetterRecord[];
  /** Four of another. */
  readonly timeouts: readonly DeadLetterRecord[];
}

const full = { step: 'store-mp3', errorClass: 'MongoServerError', error: 'no space left' } as const;
const slow = { step: 'transcode', errorClass: 'StepTimeout', error: 'no end after 9 s' } as const;

/** Replaces whatever is on file. */
export async function seedAnew(stores: DeadLetterStores): Promise<SeededLetters> {
  const { letters, jobs, orders, audit } = stores;
  for (const collection of [letters, jobs, orders, audit]) await collection.deleteMany({});
  const fullDisk = await lettersOf(stores, 60, full);
  const timeouts = await lettersOf(stores, 4, slow);
  await seedJobsOf(stores, [...fullDisk, ...timeouts], {
    sourceFacts: {
      container: 'mov',
      formatName: 'mov,mp4',
      durationS: 5421.3,
      bytes: 1_234_567,
      audioTracks: [{ codec: 'aac', channels: 2, sampleRate: 48_000, durationS: 5421.2 }],
      video: { codec: 'h264', width: 1920, height: 1080 },
      problem: null,
    },
  });
  return { fullDisk, timeouts };
}

function lettersOf(stores: DeadLetterStores, count: number, death: typeof full | typeof slow) {
  return seedLetters(stores, count, (index) => {
    const at = new Date(Date.now() - (count - index) * 60_000);
    const last = { replay: 0, at, reason: 'attempts-exhausted', attempts: 4, ...death } as const;
    const headers = JSON.stringify({ 'trace-id': traceId, attempt: 4 });
    return { workQueue: 'video', deaths: [last], last, headers };
  });
}

/** Its death is the last of them, so it stands first in the list. */
export function newest(letters: readonly DeadLetterRecord[]): DeadLetterRecord {
  const letter = letters.at(-1);
  if (letter === undefined) throw new Error('no letter was seeded');
  return letter;
}
