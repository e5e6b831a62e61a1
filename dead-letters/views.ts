import { z } from 'zod';
import { jobStates } from '../contracts/job';
import { workQueues } from '../contracts/topology';
import { deathReasons, letterStates, replayOutcomes } from './dead-letter';
import { editSchema, orderActions, orderStates } from './order';
import { letterIdSchema, selectionSchema } from './selection';

/** What the faces show: JSON of the HTTP API and of `--json`, described once. */

const time = z.iso.datetime();
const queue = z.enum(workQueues);

export const deathViewSchema = z.strictObject({
  replay: z.int().describe('how often the job had been put back before'),
  at: time,
  reason: z.enum(deathReasons),
  step: z.string().nullable(),
  error_class: z.string(),
  error: z.string(),
  attempts: z.int(),
});

/** A line of the list. */
export const letterSummarySchema = z
  .strictObject({
    id: letterIdSchema,
    queue,
    message_id: z.string(),
    job: z.string().nullable(),
    user: z.string().nullable(),
    state: z.enum(letterStates),
    reason: z.enum(deathReasons),
    step: z.string().nullable(),
    error_class: z.string(),
    error: z.string(),
    attempts: z.int(),
    died_at: time,
    first_died_at: time,
    replays: z.int().describe('how often it was put back'),
    outcome: z.enum(replayOutcomes).nullable().describe('of the last replay'),
    bytes: z.int(),
    problem: z.string().nullable().describe('why the body is no message of its queue'),
  })
  .meta({ id: 'LetterSummary' });
export type LetterSummary = z.infer<typeof letterSummarySchema>;

export const letterPageSchema = z
  .strictObject({
    dead_letters: z.array(letterSummarySchema),
    next: z.string().nullable().describe('goes into `after` for the next page'),
  })
  .meta({ id: 'LetterPage' });
export type LetterPage = z.infer<typeof letterPageSchema>;

export const groupSchema = z
  .strictObject({
    queue,
    step: z.string().nullable(),
    error_class: z.string(),
    count: z.int(),
    first_at: time.describe('first death of any of them'),
    last_at: time,
    sample: z.strictObject({ id: letterIdSchema, error: z.string() }),
  })
  .meta({ id: 'Group' });
export const groupsSchema = z.strictObject({ groups: z.array(groupSchema) }).meta({ id: 'Groups' });
export type Group = z.infer<typeof groupSchema>;
export type Groups = z.infer<typeof groupsSchema>;

export const changeSchema = z
  .strictObject({
    path: z.array(z.union([z.string(), z.int()])),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  })
  .meta({ id: 'FieldChange' });

export const auditLineSchema = z
  .strictObject({
    id: z.string(),
    at: time,
    actor: z.string(),
    action: z.enum([...orderActions, 'import']),
    reason: z.string(),
    order: z.string(),
    letter: letterIdSchema,
    queue: z.string(),
    message_id: z.string(),
    job: z.string().nullable(),
    difference: z.array(changeSchema),
    result: z.enum(['done', 'refused']),
    note: z.string(),
    outcome: z.enum(replayOutcomes).nullable().describe('of a replay; null for any other action'),
    outcome_at: time.nullable(),
  })
  .meta({ id: 'AuditLine' });
export type AuditLine = z.infer<typeof auditLineSchema>;
export const auditPageSchema = z
  .strictObject({ entries: z.array(auditLineSchema), next: z.string().nullable() })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof auditPageSchema>;

export const attemptSchema = z
  .strictObject({
    attempt: z.int(),
    replay: z.int(),
    at: time,
    worker: z.string(),
    step: z.string().nullable(),
    error_class: z.string(),
    error: z.string(),
    log: z.array(z.string()).describe('last log lines of the attempt, JSON each'),
  })
  .meta({ id: 'Attempt' });

/** One letter with everything known about it. */
export const letterDetailSchema = z
  .strictObject({
    ...letterSummarySchema.shape,
    content_type: z.string().nullable(),
    headers: z.record(z.string(), z.unknown()),
    body: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('json'), json: z.unknown() }),
        z.strictObject({
          kind: z.literal('text'),
          text: z.string(),
          truncated: z.boolean().describe('only the beginning is shown'),
        }),
        z.strictObject({ kind: z.literal('binary'), hex: z.string(), truncated: z.boolean() }),
      ])
      .describe('GET …/body answers the bytes'),
    message: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'what an edit changes: the message, and the options its job has; null: no JSON object',
      ),
    deaths: z.array(deathViewSchema),
    attempts_made: z.array(attemptSchema),
    trace_id: z.string().nullable(),
    job_record: z
      .strictObject({
        id: z.string(),
        state: z.enum(jobStates),
        step: z.string().nullable(),
        user: z.string(),
        source_name: z.string().nullable(),
        source_bytes: z.number().nullable(),
        attempts: z.int(),
        replays: z.int(),
        mp3: z.string().nullable().describe('id of the stored MP3'),
        mail: z.string(),
        created_at: time,
        finished_at: time.nullable(),
      })
      .nullable(),
    source_facts: z.record(z.string(), z.unknown()).nullable().describe('what ffprobe says'),
    starts_at: z.string().nullable().describe('where a replay would start again; null: it cannot'),
    history: z.array(auditLineSchema),
  })
  .meta({ id: 'Letter' });
export type LetterDetail = z.infer<typeof letterDetailSchema>;

export const planKinds = [
  'reopen-job',
  'create-job',
  'announce-again',
  'publish',
  'close',
  'refused',
] as const;
export type PlanKind = (typeof planKinds)[number];

/** What an order would do; nothing has moved. */
export const previewSchema = z
  .strictObject({
    matched: z.int().describe('letters the order would be about'),
    plans: z.record(z.enum(planKinds), z.int()).describe('letters by what would be done'),
    starts_at: z.record(z.string(), z.int()).describe('letters by where they start again'),
    refused: z
      .array(z.strictObject({ id: letterIdSchema, problem: z.string() }))
      .describe('the first 20 that cannot be acted on'),
    differences: z
      .array(z.strictObject({ id: letterIdSchema, changes: z.array(changeSchema) }))
      .describe('the first 20 that an edit changes'),
    changed: z.int().describe('letters that an edit changes'),
  })
  .meta({ id: 'Preview' });
export type Preview = z.infer<typeof previewSchema>;

export const orderViewSchema = z
  .strictObject({
    id: z.string(),
    action: z.enum(orderActions),
    actor: z.string(),
    reason: z.string(),
    select: selectionSchema,
    edit: editSchema.nullable(),
    rate_per_s: z.number().nullable(),
    limit: z.int().nullable(),
    placed_at: time,
    state: z.enum(orderStates),
    ended_at: time.nullable(),
    total: z.int(),
    done: z.int(),
    refused: z.int(),
    outcomes: z.record(z.enum(replayOutcomes), z.int()).describe('of the replays done'),
  })
  .meta({ id: 'Order' });
export type OrderView = z.infer<typeof orderViewSchema>;
export const ordersSchema = z
  .strictObject({ orders: z.array(orderViewSchema) })
  .meta({ id: 'Orders' });

export const importedSchema = z
  .strictObject({
    order: z.string().describe('stands in the audit for this import'),
    filed: z.int(),
    known: z.int().describe('were on file already'),
  })
  .meta({ id: 'Imported' });
export type Imported = z.infer<typeof importedSchema>;
