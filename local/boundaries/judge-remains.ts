import type { Remains } from './remains';
import type { Ending } from './scenario';
import { maxAttempts } from './system';

/** What is not as it must be; empty when all is well. */
export function judgeRemains(remains: Remains, ending: Ending): string[] {
  const problems: string[] = [];
  const expect = (what: string, got: unknown, expected: unknown) => {
    if (got !== expected)
      problems.push(`${what}: expected ${String(expected)}, got ${String(got)}`);
  };
  expect('state', remains.state, ending.state);
  expect('claimed', remains.claimed, false);
  expect('MP3 files', remains.mp3s, ending.mp3s);
  expect('MP3 files of the record', remains.mp3sAreTheirs, true);
  expect('dead letters', remains.deadLetters, ending.deadLetters);
  if (ending.mails === '1 or 2') {
    if (remains.mails !== 2) expect('mails', remains.mails, 1);
    expect('Message-IDs', remains.messageIds, 1);
  } else {
    expect('mails', remains.mails, ending.mails);
  }
  if (remains.attempts > maxAttempts) problems.push(`${remains.attempts} attempts`);
  return problems;
}
