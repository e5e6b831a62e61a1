import { defaultDatabases, openBucket } from '../../contracts/gridfs';
import type { JobRecord } from '../../contracts/job';
import { jobCollection } from '../../contracts/job-collection';
import type { Disturbance } from './carry-out';
import { strayDirectories } from '../stray-directories';
import type { ChaosStack } from './chaos-stack';
import type { Clips } from './clips';
import { collectMp3s, collectOrphans, type Download } from './collect-files';
import { factsOfLetters } from './collect-dead-letters';
import { factsOfJob } from './collect-jobs';
import { leftMessages, takeDeadLetters } from './collect-queues';
import { expectations, type Evidence, type Orphan } from './evidence';
import { attemptStarted, type Journal } from './journal';
import type { Listener } from './listeners';
import type { LedgerEntry, MailGap } from './mail-gaps';
import { maxAttempts, recoveryLimitMs } from './settings';
import { hindrances, returns, unheard } from './times';
import type { Accepted } from './uploader';

/** What a run knows besides what the servers hold. */
export interface RunFacts {
  readonly accepted: readonly Accepted[];
  readonly clips: Clips;
  readonly listeners: readonly Listener[];
  readonly disturbances: readonly Disturbance[];
  readonly gaps: readonly MailGap[];
  readonly journal: Journal;
  readonly directory: string;
}

export interface Records {
  readonly jobs: readonly JobRecord[];
  readonly ledger: readonly LedgerEntry[];
}

/** Looks at every server itself. */
export async function collect(
  stack: ChaosStack,
  facts: RunFacts,
): Promise<{ evidence: Evidence; records: Records }> {
  const { mongo, servers, inbox } = stack;
  const database = mongo.db(defaultDatabases.jobs);
  // First: filing a letter may change the record of its job.
  const letters = await takeDeadLetters(servers.config, database);
  const jobs = await jobCollection(database).find().toArray();
  const ledger = await database.collection<LedgerEntry>('mails').find().toArray();
  const mp3Fids = new Set(jobs.flatMap(({ mp3 }) => mp3?.fid.toHexString() ?? []));
  const videoFids = new Set(jobs.map(({ source }) => source.fid.toHexString()));
  const mp3s = await collectMp3s(
    openBucket(mongo, defaultDatabases.mp3s),
    mp3Fids,
    downloader(stack, facts.listeners, jobs),
    facts.directory,
  );
  const mails = await inbox.allMails();
  const evidence: Evidence = {
    accepted: facts.accepted,
    expected: expectations(facts.clips),
    jobs: jobs.map(factsOfJob),
    mp3s,
    orphans: [
      ...(await collectOrphans(mongo.db(defaultDatabases.mp3s), 'mp3', mp3Fids)),
      ...(await collectOrphans(mongo.db(defaultDatabases.videos), 'video', videoFids)),
      ...(await workDirectories(stack)),
    ],
    mails: mails.map(({ messageId, to, receivedAt, text }) => ({
      messageId: messageId ?? '',
      sourceName: sourceNameIn(text),
      to: to[0] ?? '',
      atMs: Date.parse(receivedAt),
    })),
    mailAttempts: ledger.map(({ _id, attempts }) => ({ messageId: _id, attempts })),
    leftMessages: await leftMessages(servers.config),
    deadLetters: await factsOfLetters(database, letters),
    gaps: facts.gaps,
    unheard: unheard(facts.disturbances, stack.network.disturbed('smtp')),
    starts: starts(facts.journal, jobs),
    returns: returns(facts.disturbances),
    hindrances: hindrances(facts.disturbances, stack.slots),
    crashes: [...stack.processes.values()].flatMap(({ crashes }) => crashes),
    limits: { attempts: maxAttempts, recoveryMs: recoveryLimitMs },
  };
  return { evidence, records: { jobs, ledger } };
}

async function workDirectories({ disks, slots, mongo }: ChaosStack): Promise<Orphan[]> {
  const jobs = jobCollection(mongo.db(defaultDatabases.jobs));
  const orphans: Orphan[] = [];
  for (const { role, number } of slots) {
    if (role !== 'converter') continue;
    for (const name of await strayDirectories(await disks.list(number), jobs)) {
      const id = `${name} of ${role} ${number}`;
      // The job's id is in its name (leftover-directories.ts, kept-work.ts).
      orphans.push({ kind: 'work directory', id, jobId: /[0-9a-f]{24}/.exec(name)?.[0] ?? null });
    }
  }
  return orphans;
}

/** As compose-mail.ts writes it. */
function sourceNameIn(text: string): string | null {
  return /^Made from: (.*)$|^(.*) could not be converted\.$/m.exec(text)?.slice(1).join('') ?? null;
}

function downloader(
  { gateway }: ChaosStack,
  listeners: readonly Listener[],
  jobs: readonly JobRecord[],
): Download {
  const owners = new Map(jobs.map(({ _id, owner }) => [_id, owner.address]));
  return async (fid, jobId) => {
    const listener = listeners.find(({ address }) => address === owners.get(jobId));
    const response = await fetch(`${gateway}/download?fid=${fid}`, {
      headers: { authorization: `Bearer ${listener?.token ?? ''}` },
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`download: ${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  };
}

/** The first start stands in the record; later ones are only in the workers' logs. */
function starts({ entries }: Journal, jobs: readonly JobRecord[]): Evidence['starts'] {
  return [
    ...jobs.flatMap(({ _id, startedAt }) =>
      startedAt === null ? [] : [{ jobId: _id, atMs: startedAt.getTime() }],
    ),
    ...entries
      .filter(({ text }) => text === attemptStarted)
      .flatMap(({ fields, atMs }) =>
        typeof fields?.['jobId'] === 'string' ? [{ jobId: fields['jobId'], atMs }] : [],
      ),
  ];
}
