import type { Evidence, JobFacts, Mp3File } from './evidence';
import { expectedMail } from './judge-mails';
import type { Accepted } from './uploader';
import { violation, type Violation } from './violation';

/** What was accepted ends as one MP3 and one mail, as a failure that is told, or as a dead letter. */
export function judgeAccepted(
  accepted: Accepted,
  jobs: ReadonlyMap<string, JobFacts>,
  files: ReadonlyMap<string, Mp3File>,
  evidence: Evidence,
): Violation[] {
  const { jobId, clip } = accepted;
  const lost = (text: string) => [violation('lost', jobId, text)];
  const job = jobs.get(jobId);
  const expected = evidence.expected[clip];
  const letters = evidence.deadLetters.filter((letter) => letter.jobId === jobId);
  if (job === undefined) return lost('it was accepted and has no record');
  switch (job.state) {
    case 'ready':
      if (expected?.kind === 'refused') return lost(`${clip} cannot have become an MP3`);
      if (job.mp3Fid === null || !files.has(job.mp3Fid)) return lost('it is ready without an MP3');
      break;
    case 'failed':
      if (expected?.kind === 'mp3')
        return lost(`${clip} was refused: ${job.refusal ?? 'no reason'}`);
      if (expected?.reason !== job.refusal) {
        return lost(`${clip} was refused as ${job.refusal ?? 'nothing'}`);
      }
      break;
    case 'dead':
      return letters.some(({ queue }) => queue === 'video')
        ? []
        : lost('it was given up and no dead letter is on file');
    default:
      return lost(
        `it is still ${job.state}${letters.length > 0 ? ', though a dead letter of it is on file' : ''}`,
      );
  }
  const mail = expectedMail(job) ?? '';
  const told = evidence.mails.some((one) => one.messageId.startsWith(mail));
  const canBeReplayed = letters.some(({ queue }) => queue !== 'video');
  if (!told && !canBeReplayed) return lost(`it is ${job.state} and nobody was told`);
  const stranger = evidence.mails.find(
    (one) => one.messageId.startsWith(mail) && one.to !== accepted.listener,
  );
  return stranger === undefined ? [] : lost(`the mail went to ${stranger.to}`);
}
