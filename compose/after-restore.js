// For mongosh, after a restore and before the product starts; compose/restore.sh runs it. Says in
// `jobs.after_restore` which jobs it put back to work. Safe to repeat.
//
// A backup without a standstill holds each collection as it was at another moment. What that can
// leave behind, and nobody else would find:
//   mp3 missing     a job whose MP3 is not in the backup (files that are older than the records)
//   letter missing  a dead job whose dead letter was still in RabbitMQ, or was put back meanwhile
//   mail missing    the same of a mail
const names = {
  jobs: process.env.JOBS_DATABASE ?? 'jobs',
  mp3s: process.env.MP3S_DATABASE ?? 'mp3s',
};
const jobs = db.getSiblingDB(names.jobs);
const began = new Date();

function run(collection, stages) {
  jobs.runCommand({ aggregate: collection, pipeline: stages, cursor: {} });
}

function repair(what, which, change) {
  const note = { $project: { what, at: '$$NOW', state: 1, mail: 1, mp3: 1 } };
  run('jobs', [...which, note, { $merge: { into: 'after_restore', whenMatched: 'replace' } }]);
  const into = { into: 'jobs', whenMatched: 'replace', whenNotMatched: 'discard' };
  run('jobs', [...which, { $set: change }, { $unset: ['letters', 'file'] }, { $merge: into }]);
}

/** Jobs that no dead letter of these queues stands for any more. */
function withoutLetter(queues) {
  const standing = {
    workQueue: { $in: queues },
    state: { $in: ['open', 'parked', 'replaying'] },
  };
  return [
    {
      $lookup: { from: 'dead_letters', localField: '_id', foreignField: 'jobId', as: 'letters' },
    },
    { $match: { letters: { $not: { $elemMatch: standing } } } },
  ];
}

/** A number that no death on file has, so that another death is not taken for a copy of one. */
const replays = { $max: [{ $ifNull: ['$replays', 0] }, { $max: '$letters.replay' }] };

const anew = {
  state: 'queued',
  step: null,
  percent: 0,
  claim: null,
  attempts: 0,
  deadReason: null,
  mail: 'none',
  publishedAt: null,
  announcedAt: null,
  finishedAt: null,
};

db.getSiblingDB(names.mp3s).runCommand({
  aggregate: 'fs.files',
  pipeline: [{ $project: { _id: 1 } }, { $out: { db: names.jobs, coll: 'restored_mp3s' } }],
  cursor: {},
});
repair(
  'mp3 missing',
  [
    { $match: { 'mp3.fid': { $type: 'objectId' } } },
    { $lookup: { from: 'restored_mp3s', localField: 'mp3.fid', foreignField: '_id', as: 'file' } },
    { $match: { file: [] } },
  ],
  { ...anew, mp3: null },
);
jobs.runCommand({ drop: 'restored_mp3s' });

repair('letter missing', [{ $match: { state: 'dead' } }, ...withoutLetter(['video'])], {
  ...anew,
  replays,
});

repair('mail missing', [{ $match: { mail: 'dead' } }, ...withoutLetter(['mp3', 'failed'])], {
  mail: 'pending',
  replays,
});

printjson(
  jobs.runCommand({
    aggregate: 'after_restore',
    pipeline: [
      { $match: { at: { $gte: began } } },
      { $group: { _id: '$what', jobs: { $sum: 1 } } },
    ],
    cursor: {},
  }),
);
