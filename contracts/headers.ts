/**
 * Message headers of ours. A name crosses processes, so it is a literal here and nowhere else.
 * RabbitMQ's own (`x-death`, `x-delivery-count`) are never copied onto a message we publish: a
 * message whose whole `x-death` history is expiry counts as a cycle and is dropped
 * (rabbitmq.com/docs/dlx, "Dead-Lettering Effects on Messages").
 */
export const headerNames = {
  jobId: 'job-id',
  /** Count of attempts used so far, from the job record; for people reading the queue. */
  attempt: 'attempt',
  /** How often an operator had put the job or the mail back when this was sent. Missing: never. */
  replay: 'replay',
  /** The job's trace (W3C Trace Context), 32 hexadecimal digits, where it has one. */
  traceId: 'trace-id',
  /**
   * The span that the message continues (W3C Trace Context, AMQP mapping); its trace is the one of
   * `trace-id`. Only while somebody traces; `trace-id` is there also without.
   */
  traceparent: 'traceparent',
  /** On a deferred copy: the claim that could not be given back, so it goes on as one attempt. */
  unreleasedClaim: 'unreleased-claim',
  /** On a message that was put back and is about no job: the dead letter it comes from. */
  deadLetter: 'dead-letter',
  /** On a dead letter: why it was given up. */
  deadReason: 'dead-reason',
  /** On a dead letter: the queue whose consumer gave up. */
  deadQueue: 'dead-queue',
  /** On a dead letter: the step that failed last. */
  deadStep: 'dead-step',
  /** On a dead letter: class and text of the last error. */
  deadErrorClass: 'dead-error-class',
  deadError: 'dead-error',
  /** On a dead letter: when it was given up, ISO 8601. */
  deadAt: 'dead-at',
} as const;

/**
 * Why a message was given up. One that the broker gave up has no such header: `delivery-limit` is
 * what its own `x-death` comes to.
 */
export const deadReasons = [
  'attempts-exhausted',
  'delivery-limit',
  'invalid-message',
  'mail-refused',
  'unknown-error',
] as const;
export type DeadReason = (typeof deadReasons)[number];
