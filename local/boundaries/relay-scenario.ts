import { ObjectId } from 'mongodb';
import { newJob } from '../../contracts/job';
import { recordReadyJob } from './ready-job';
import { addressOf, ready, type Scenario } from './scenario';

export const relayScenario: Scenario = {
  role: 'relay',
  entry: 'dist/local/boundaries/relay-at-boundaries-main.js',
  others: ['converter', 'notification'],
  cases: [
    { boundary: 'held job not published', exception: 'not confirmed', ending: ready },
    { boundary: 'held job published, not marked', exception: 'not confirmed', ending: ready },
    { boundary: 'unheard news not published', exception: 'not confirmed', ending: ready },
    { boundary: 'unheard news published, not marked', exception: 'not confirmed', ending: ready },
  ],
  looksOnce: true,
  // It tells of a job that was not confirmed only once it is through with all, and one stands still.
  settings: { PUBLISH_TIMEOUT_MS: '20000' },
  async begin(system, key, { boundary }, { sound }) {
    const longAgo = new Date(Date.now() - 60_000);
    if (boundary.startsWith('unheard news')) {
      // Its worker died before it said so, and its message is lost.
      const silent = { announcedAt: null, mail: 'none', finishedAt: longAgo } as const;
      await recordReadyJob(system, key, silent);
      return;
    }
    // Accepted, and never published.
    const fid = new ObjectId(key);
    await system.storeVideo(fid, sound);
    const owner = { id: key, address: addressOf(key) };
    const source = { fid, name: 'video.mp4', bytes: sound.length };
    await system.jobs.insertOne(newJob(key, owner, source, longAgo));
  },
};
