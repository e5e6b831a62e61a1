import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultDatabases } from '../../contracts/gridfs';
import { Activity } from './activity';
import { productEntries, type Entries } from './chaos-process';
import { startChaosStack, whenReady, type ChaosStack } from './chaos-stack';
import { makeClips } from './clips';
import { collect } from './collect';
import { Journal } from './journal';
import { judge, type Judgement } from './judge';
import { makeListeners } from './listeners';
import { MailGaps, type LedgerEntry } from './mail-gaps';
import { untilQuiet } from './quiet';
import { runEvents } from './run-events';
import { makeSchedule, type Schedule, type ScheduleInput } from './schedule';
import { silentStages, type Stages } from './stages';
import { tellStory } from './story';
import { sweepAll, tidyUp } from './sweep';
import { uploadAll, type Accepted } from './uploader';

export interface ChaosOptions extends ScheduleInput {
  /** Test builds in place of the product's own entry files. */
  readonly entries?: Partial<Entries>;
  /** A file that gets everything that happened, one line of JSON each. */
  readonly journalFile?: string;
  readonly stages?: Stages;
  /** Aborted to give the run up; everything is taken down all the same. */
  readonly signal?: AbortSignal;
}

export interface ChaosReport extends Judgement {
  readonly schedule: Schedule;
  readonly held: boolean;
  /** What a person should know besides: what was left out, which process ended by itself. */
  readonly notes: readonly string[];
  /** By job: of each that a violation is about. */
  readonly stories: Readonly<Record<string, readonly string[]>>;
}

/** Long after everything is up again; then a process has a problem of its own. */
const readyMs = 60_000;

/**
 * Disturbs the product in every way of the schedule while listeners upload, waits until all is
 * quiet, and judges what the servers hold.
 *
 * @throws StackError when the servers or processes cannot be started at all
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { stages = silentStages, signal = new AbortController().signal } = options;
  const schedule = makeSchedule(options);
  const activity = new Activity();
  const journal = new Journal(activity, options.journalFile);
  const directory = await mkdtemp(join(tmpdir(), 'video-to-mp3-clips-'));
  let stack: ChaosStack | undefined;
  try {
    stages.begin('start', 'servers and processes');
    const entries = { ...productEntries, ...options.entries };
    stack = await startChaosStack(schedule.slots, entries, journal, activity);
    const clips = await makeClips(directory);
    await whenReady(stack, readyMs);
    const listeners = await makeListeners(stack, schedule.listeners);
    signal.throwIfAborted();
    const gaps = new MailGaps(
      stack.mongo.db(defaultDatabases.jobs).collection<LedgerEntry>('mails'),
    );

    stages.begin('chaos', 'uploading');
    const accepted: Accepted[] = [];
    const uploading = uploadAll(schedule.uploads, {
      url: stack.gateway,
      clips,
      listeners,
      journal,
      activity,
      signal,
      onAccepted: (one) => accepted.push(one),
    });
    uploading.catch(() => undefined); // Thrown below.
    const hands = { stack, journal, activity, gaps, signal };
    const disturbances = await runEvents(schedule.events, hands, ({ atMs }, text) => {
      stages.update((atMs / schedule.durationMs) * 100, text);
    });
    signal.throwIfAborted();
    journal.add('harness', 'everything is up again');

    stages.begin('settle', 'the last uploads');
    const notes = await troubles(whenReady(stack, readyMs));
    await uploading;
    await untilQuiet(stack, {
      signal,
      onProgress: ({ openJobs, messages, mails }) => {
        stages.update(50, `${openJobs} jobs, ${messages} messages, ${mails} mails under way`);
      },
    });
    signal.throwIfAborted();

    stages.begin('judge', 'reading what the servers hold');
    await gaps.settled();
    notes.push(...(await troubles(tidyUp(stack))));
    await sweepAll(stack);
    const facts = { accepted, clips, listeners, disturbances, gaps: gaps.gaps, journal };
    const { evidence, records } = await collect(stack, { ...facts, directory });
    const judgement = judge(evidence);
    if (stack.disks.problem !== null) {
      notes.push(`no disk was filled, this machine does not permit it: ${stack.disks.problem}`);
    }
    const sources = { entries: journal.entries, records, mails: evidence.mails };
    const jobIds = new Set(judgement.violations.flatMap(({ jobId }) => jobId ?? []));
    return {
      ...judgement,
      schedule,
      held: judgement.violations.length === 0,
      notes: [...notes, ...evidence.crashes],
      stories: Object.fromEntries([...jobIds].map((id) => [id, tellStory(id, sources)])),
    };
  } finally {
    stages.end();
    await stack?.close();
    await journal.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A process that is not ready is worth telling; what it costs the jobs, the judge will see. */
async function troubles(work: Promise<void>): Promise<string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    return [Error.isError(error) ? error.message : String(error)];
  }
}
