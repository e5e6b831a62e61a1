import type { WorkQueue } from '../../contracts/topology';
import type { ArrivedMessage } from './arrived-message';

/** When the messages of these tests died first. */
export const diedAt = new Date('2026-03-04T05:06:07.000Z');

const queues: Record<WorkQueue, string> = { video: 'video', mp3: 'mp3', failed: 'mp3.failed' };

/** A message as it arrives from `<queue>.dead`. */
export function arrivedMessage(change: Partial<ArrivedMessage> = {}): ArrivedMessage {
  const { workQueue = 'video' } = change;
  return {
    queue: queues[workQueue],
    workQueue,
    content: Buffer.from('{}'),
    messageId: undefined,
    contentType: 'application/json',
    headers: {},
    ...change,
  };
}

/** The dead letter of a job, as a worker of ours leaves it. */
export function ourLetter(
  fid: string,
  headers: ArrivedMessage['headers'] = {},
  body: Record<string, unknown> = {},
): ArrivedMessage {
  const message = { video_fid: fid, mp3_fid: null, username: 'Ann@example.com', job_id: fid };
  return arrivedMessage({
    content: Buffer.from(JSON.stringify({ ...message, ...body })),
    messageId: fid,
    headers: { 'job-id': fid, ...ourDeath(), ...headers },
  });
}

/** The headers that say why a message was given up. */
export const ourDeath = (at: Date = diedAt): ArrivedMessage['headers'] => ({
  'dead-reason': 'attempts-exhausted',
  'dead-queue': 'video',
  'dead-step': 'transcode',
  'dead-error-class': 'StepTimeout',
  'dead-error': 'no end after 3600 s',
  'dead-at': at.toISOString(),
  attempt: 4,
});

/** `x-death` as amqplib reads it off a message that the broker gave up. */
export const brokerDeath = (reason: string, at: Date = diedAt): ArrivedMessage['headers'] => ({
  'x-death': [
    {
      count: 1,
      exchange: '',
      queue: 'video',
      reason,
      'routing-keys': ['video'],
      time: { '!': 'timestamp', value: at.getTime() / 1_000 },
    },
  ],
  'x-first-death-exchange': '',
  'x-first-death-queue': 'video',
  'x-first-death-reason': reason,
});
