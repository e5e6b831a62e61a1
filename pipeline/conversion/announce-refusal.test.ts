import { ObjectId } from 'mongodb';
import type { OutgoingMessage } from '../../contracts/broker/confirmed-publisher';
import { newJob } from '../../contracts/job';
import { buildTopology } from '../../contracts/topology';
import { announceRefusal } from './announce-refusal';

it('says which replay, and whose trace, it is of', async () => {
  const published: OutgoingMessage[] = [];
  const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [100]);
  const publisher = {
    publish(message: OutgoingMessage) {
      published.push(message);
      return Promise.resolve();
    },
  };
  const claims = { announced: () => Promise.resolve() } as never;
  const source = { fid: new ObjectId(), name: null, bytes: null };
  const owner = { id: null, address: 'ann@example.com' };
  const job = newJob('job-7', owner, source, new Date());
  const refusal = { reason: 'no-audio', detail: '' } as const;
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  const refused = { ...job, refusal, replays: 3, traceId, traceparent };
  await announceRefusal(refused, { publisher, topology, claims });
  expect(published).toMatchObject([
    {
      messageId: 'failed.job-7',
      headers: { 'job-id': 'job-7', replay: 3, 'trace-id': traceId, traceparent },
    },
  ]);
  const { replays: _, ...forgotten } = refused;
  // @ts-expect-error: the replay must be named.
  await announceRefusal(forgotten, { publisher, topology, claims });
});
