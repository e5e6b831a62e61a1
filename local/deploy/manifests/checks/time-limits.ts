import type { Check } from '../check';
import { ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { numberOf, processesOf } from '../model/process';
import type { Rendered } from '../model/rendered';

/** RabbitMQ's own, in milliseconds (rabbitmq.com/docs/consumers, "Acknowledgement Timeout"). */
const defaultConsumerTimeoutMs = 1_800_000;

/**
 * A conversion holds its delivery unacknowledged, and RabbitMQ takes one back after
 * `consumer_timeout`: the longest conversion must be shorter.
 */
export const timeLimits: Check = (rendered) => {
  const brokers = consumerTimeouts(rendered);
  return processesOf(rendered).flatMap((process) => {
    if (process.entry !== 'converter') return [];
    const steps = ['FETCH_TIMEOUT_MS', 'TRANSCODE_TIMEOUT_MS', 'STORE_TIMEOUT_MS'];
    const longestMs = steps.reduce((sum, name) => sum + (numberOf(process, name) ?? 0), 0);
    return brokers
      .filter(({ timeoutMs }) => timeoutMs <= longestMs)
      .map(({ where, timeoutMs }) => ({
        check: 'time-limits' as const,
        where: process.where,
        problem: `a conversion may take ${longestMs} ms (${steps.join(' + ')}), and ${where} takes its delivery back after ${timeoutMs} ms`,
      }));
  });
};

/** Of every RabbitMQ whose configuration is here: a key of a ConfigMap, or an operator's object. */
function consumerTimeouts({ objects }: Rendered): { where: string; timeoutMs: number }[] {
  const configs = [
    ...ofKind(objects, 'ConfigMap').flatMap((one) =>
      Object.entries(one.data ?? {})
        .filter(([key]) => key.endsWith('.conf'))
        .map(([, text]) => ({ where: nameOf(one), text })),
    ),
  ].filter(({ text }) =>
    /^\s*(consumer_timeout|vm_memory|disk_free_limit|management\.|listeners\.)/m.test(text),
  );
  return configs.map(({ where, text }) => ({
    where,
    timeoutMs: Number(
      /^\s*consumer_timeout\s*=\s*(\d+)/m.exec(text)?.[1] ?? defaultConsumerTimeoutMs,
    ),
  }));
}
