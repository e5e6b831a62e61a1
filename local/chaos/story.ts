import { inspect } from 'node:util';
import type { Records } from './collect';
import type { MailCopy } from './evidence';
import type { Entry } from './journal';

/** What a story is told from. */
export interface Sources {
  readonly entries: readonly Entry[];
  readonly records: Records;
  readonly mails: readonly MailCopy[];
}

/** Events around a job's life that may have touched it. */
const marginMs = 1_000;

/** Everything that happened to one job, and what else happened meanwhile, in order of time. */
export function tellStory(jobId: string, { entries, records, mails }: Sources): string[] {
  const job = records.jobs.find(({ _id }) => _id === jobId);
  const ids = [jobId, ...(job?.mp3 ? [job.mp3.fid.toHexString()] : [])];
  const isAbout = (names: readonly string[]) =>
    names.some((name) => ids.some((id) => name.includes(id)));
  const name = job?.source.name ?? null;
  const copies = mails
    .filter(
      ({ messageId, sourceName }) => isAbout([messageId]) || (name !== null && sourceName === name),
    )
    .map(({ messageId, to, atMs }): Entry => {
      return { atMs, source: 'inbox', text: `mail ${messageId} to ${to}`, about: [messageId] };
    });
  // An upload that was not answered has no id for its client, only a name.
  const own = [
    ...entries.filter(
      ({ about, text }) => isAbout(about) || (name !== null && text.startsWith(name)),
    ),
    ...copies,
  ];
  const fromMs = Math.min(...own.map(({ atMs }) => atMs)) - marginMs;
  const toMs = Math.max(...own.map(({ atMs }) => atMs)) + marginMs;
  const around = entries.filter(
    ({ source, about, text, atMs }) =>
      source === 'harness' &&
      about.length === 0 &&
      !text.startsWith('upload ') &&
      atMs >= fromMs &&
      atMs <= toMs,
  );
  return [
    `job ${jobId}`,
    ...[...own, ...around].sort((one, other) => one.atMs - other.atMs).map(line),
    `record ${inspect(job ?? null, { depth: 6, breakLength: 100 })}`,
    ...records.ledger
      .filter(({ _id }) => isAbout([_id]))
      .map((entry) => `ledger ${inspect(entry, { breakLength: 100 })}`),
  ];
}

const dull = new Set(['level', 'time', 'process', 'msg', 'jobId', 'messageId', 'requestId']);

function line({ atMs, source, text, fields = {} }: Entry): string {
  const rest = Object.entries(fields)
    .filter(([name]) => !dull.has(name))
    .map(([name, value]) => `${name}=${shorten(value)}`);
  const time = new Date(atMs).toISOString().slice(11, 23);
  return [`  ${time}  ${source.padEnd(15)} ${text}`, ...rest].join('  ');
}

/** An error's stack says little that its message does not. */
function shorten(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) {
    return JSON.stringify(value.message);
  }
  return JSON.stringify(value);
}
