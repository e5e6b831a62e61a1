import type { DeathReason } from '../../../dead-letter';
import type { LetterDetail } from '../../../views';
import { printableLine, printableLines } from '../printable';
import { ago, moment } from '../times';
import { fields } from './fields';

export function whatLines(letter: LetterDetail): string[] {
  const { id, queue, message_id, bytes, content_type, died_at, first_died_at, trace_id } = letter;
  const first = first_died_at === died_at ? '' : `; the first time ${moment(first_died_at)}`;
  return fields([
    ['dead letter', `${id}, ${letter.state}`],
    ['message', `${printableLine(message_id)} of queue ${queue}`],
    ['bytes', `${bytes}, ${printableLine(content_type ?? 'of no stated type')}`],
    ['user', letter.user === null ? null : printableLine(letter.user)],
    ['job', jobLine(letter)],
    ['file', fileLine(letter)],
    ['died', `${moment(died_at)} (${ago(died_at)})${first}`],
    ['replayed', replayLine(letter)],
    ['trace', trace_id],
  ]);
}

function jobLine({ job, job_record }: LetterDetail): string | null {
  if (job === null) return null;
  if (job_record === null) return `${printableLine(job)}, of which there is no record`;
  const { id, state, mp3, mail } = job_record;
  const stored = mp3 === null ? '' : ', its MP3 is stored';
  return `${id}, ${state}${stored}${mail === 'none' ? '' : `, mail ${mail}`}`;
}

function fileLine({ job_record }: LetterDetail): string | null {
  if (job_record === null) return null;
  const { source_name, source_bytes } = job_record;
  const name = source_name === null ? 'of unknown name' : printableLine(source_name);
  return source_bytes === null ? name : `${name}, ${source_bytes} bytes`;
}

function replayLine({ replays, outcome }: LetterDetail): string | null {
  if (replays === 0) return null;
  const times = replays === 1 ? '1 time' : `${replays} times`;
  return outcome === null ? times : `${times}; the last: ${outcome}`;
}

export function whyLines(letter: LetterDetail): string[] {
  const { reason, step, error_class, error, problem, deaths } = letter;
  const lines = [`${reason}: ${inWords[reason]}`];
  const where = step === null ? 'in no step' : `in step ${step}`;
  lines.push(`last error, ${where}: ${printableLine(error_class)}`);
  lines.push(...printableLines(error).map((line) => `  ${line}`));
  if (problem !== null) lines.push(`no message of its queue: ${printableLine(problem)}`);
  if (deaths.length > 1) {
    lines.push(`it died ${deaths.length} times:`);
    for (const death of deaths) {
      const { at, attempts } = death;
      const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
      const what = `${death.step ?? '-'}, ${printableLine(death.error_class)}`;
      lines.push(`  ${moment(at)}  replay ${death.replay}, ${tries}: ${what}`);
    }
  }
  return lines;
}

const inWords: Record<DeathReason, string> = {
  'attempts-exhausted': 'every attempt failed, so it was given up',
  'invalid-message': 'its body is no message that the worker knows',
  'mail-refused': 'the mail server refused the mail for good',
  'unknown-error': 'it failed in a way nobody foresaw, most likely a defect of the worker',
  'delivery-limit':
    'the broker gave it up after too many deliveries without an answer: as a rule the worker crashed',
  rejected: 'a consumer rejected it without a word of why',
  expired: 'it waited for longer than its queue allows',
  overflow: 'its queue was full',
  'not-stated': 'it came to the dead-letter queue without a word of why',
};
