import type { Entry } from './journal';
import { tellStory } from './story';
import { jobId, mail, second } from './test-evidence';

const entry = (seconds: number, source: string, text: string, about: string[] = []): Entry => ({
  atMs: second(seconds),
  source,
  text,
  about,
});

it('tells everything about a job and what happened around it, in order of time', () => {
  const story = tellStory(jobId, {
    entries: [
      entry(5, 'converter 1', 'attempt started', [jobId]),
      entry(4, 'harness', 'upload 1 try 1.mp4 accepted', [jobId]),
      entry(6, 'harness', 'SIGKILL converter 1'),
      entry(6, 'converter 2', 'attempt started', ['another job']),
      entry(60, 'harness', 'SIGKILL gateway 1'),
      entry(7, 'converter 2', 'delivery completed', [jobId]),
    ],
    records: { jobs: [], ledger: [] },
    mails: [mail],
  });
  expect(story).toEqual([
    `job ${jobId}`,
    '  00:00:04.000  harness         upload 1 try 1.mp4 accepted',
    '  00:00:05.000  converter 1     attempt started',
    '  00:00:06.000  harness         SIGKILL converter 1',
    '  00:00:07.000  converter 2     delivery completed',
    'record null',
  ]);
});
