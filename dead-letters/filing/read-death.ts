import { deadReasons, headerNames, type DeadReason } from '../../contracts/headers';
import { stepNames } from '../../contracts/job';
import { replayIn } from '../../contracts/replay-count';
import type { Death, DeathReason } from '../dead-letter';
import type { ArrivedMessage } from './arrived-message';

type Headers = ArrivedMessage['headers'];

/**
 * Why a message died: as the worker says that gave it up, else as the broker does (`x-death`;
 * rabbitmq.com/docs/dlx, "Dead-Lettered Effects on Messages"). Never throws: anybody may write
 * anything into a header.
 */
export function readDeath({ headers, queue }: ArrivedMessage, now: Date): Death {
  const replay = replayIn(headers);
  const attempts = count(headers[headerNames.attempt]);
  const ours = workersReason(headers);
  if (ours !== undefined) {
    return {
      replay,
      at: time(headers[headerNames.deadAt]) ?? now,
      reason: ours,
      step: readStep(headers[headerNames.deadStep]),
      errorClass: className(headers[headerNames.deadErrorClass]),
      error: text(headers[headerNames.deadError]),
      attempts,
    };
  }
  const broker = brokerDeath(headers);
  return {
    replay,
    at: broker.at ?? now,
    step: null,
    attempts,
    ...explanations[broker.reason](queue, headers),
    reason: broker.reason,
  };
}

/** Why a worker of ours gave the message up; undefined when it was the broker, or a stranger. */
export function workersReason(headers: Headers): DeadReason | undefined {
  return deadReasons.find((reason) => reason === headers[headerNames.deadReason]);
}

type BrokerReason = Exclude<DeathReason, (typeof deadReasons)[number]> | 'delivery-limit';

const explanations: Record<
  BrokerReason,
  (queue: string, headers: Headers) => Pick<Death, 'errorClass' | 'error'>
> = {
  'delivery-limit': (_queue, headers) => ({
    errorClass: 'WorkerCrashed',
    error: `worker crashed: the broker handed the message over ${count(headers['x-delivery-count']) || 'too many'} times, and each time its worker or its connection died`,
  }),
  rejected: () => ({
    errorClass: 'Rejected',
    error: 'a consumer rejected the message and gave no reason (ours never do)',
  }),
  expired: () => ({ errorClass: 'Expired', error: 'the message outlived its time to live' }),
  overflow: () => ({ errorClass: 'Overflow', error: 'its queue was full' }),
  'not-stated': (queue) => ({
    errorClass: 'ForeignMessage',
    error: `somebody else sent the message to ${queue}.dead, without saying why`,
  }),
};

function brokerDeath(headers: Headers): { reason: BrokerReason; at: Date | undefined } {
  const deaths: unknown = headers['x-death'];
  const newest: unknown = Array.isArray(deaths) ? deaths[0] : undefined;
  if (typeof newest !== 'object' || newest === null) return { reason: 'not-stated', at: undefined };
  const reason = 'reason' in newest ? newest.reason : undefined;
  const at = 'time' in newest ? timestamp(newest.time) : undefined;
  switch (reason) {
    case 'delivery_limit':
      return { reason: 'delivery-limit', at };
    case 'rejected':
    case 'expired':
      return { reason, at };
    case 'maxlen':
      return { reason: 'overflow', at };
    default:
      return { reason: 'not-stated', at };
  }
}

/** amqplib's shape of a timestamp, in seconds. */
function timestamp(value: unknown): Date | undefined {
  if (typeof value !== 'object' || value === null || !('value' in value)) return undefined;
  return typeof value.value === 'number' ? valid(new Date(value.value * 1_000)) : undefined;
}

function time(value: unknown): Date | undefined {
  return typeof value === 'string' ? valid(new Date(value)) : undefined;
}

/** Years that a person can read; a sender's nonsense would sort before or after everything. */
function valid(date: Date): Date | undefined {
  const year = date.getUTCFullYear();
  return year >= 2000 && year < 2100 ? date : undefined;
}

/** More is a sender's nonsense. */
const highestCount = 1_000_000;

function count(value: unknown): number {
  const counted = typeof value === 'number' && Number.isInteger(value);
  return counted && value > 0 && value <= highestCount ? value : 0;
}

const steps = [...stepNames, 'send-mail'] as const;

function readStep(value: unknown): Death['step'] {
  return steps.find((step) => step === value) ?? null;
}

/** It stands in the name of a group (`queue/step/class`). */
function className(value: unknown): string {
  return typeof value === 'string' && /^[\w.$-]{1,100}$/.test(value) ? value : 'Unknown';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 4_000) : '';
}
