import { buildTopology, type Topology } from '../../../../contracts/topology';
import type { Check, ManifestFinding } from '../check';
import { ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { type Process, processesOf } from '../model/process';

/**
 * Queues that a scaler looks at are queues that the process it scales takes work from, and all of
 * these: a misspelt one is a queue that is always empty.
 */
export const queues: Check = (rendered) => {
  const processes = processesOf(rendered);
  return ofKind(rendered.objects, 'ScaledObject').flatMap((scaled) => {
    const process = processes.find(
      ({ workload }) => workload.name === scaled.spec.scaleTargetRef.name,
    );
    const finding = (problem: string): ManifestFinding => ({
      check: 'queues',
      where: `${rendered.overlay}: ${nameOf(scaled)}`,
      problem,
    });
    if (process === undefined) return [];
    const topology = topologyOf(process);
    if (typeof topology === 'string') return [finding(topology)];
    const consumed = consumedBy(process, topology);
    const looked = scaled.spec.triggers
      .filter(({ type }) => type === 'rabbitmq')
      .map(({ metadata }) => metadata['queueName'] ?? '');
    return [
      ...looked
        .filter((name) => !consumed.includes(name))
        .map((name) =>
          finding(`looks at the queue ${name}, which ${process.entry} takes nothing from`),
        ),
      ...consumed
        .filter((name) => !looked.includes(name))
        .map((name) =>
          finding(`does not look at the queue ${name}, which ${process.entry} takes work from`),
        ),
    ];
  });
};

function topologyOf(process: Process): Topology | string {
  const delays = (process.text('RETRY_DELAYS_MS') ?? '').split(',').map(Number);
  try {
    const video = process.text('VIDEO_QUEUE') ?? '';
    return buildTopology({ video, mp3: process.text('MP3_QUEUE') ?? '' }, delays);
  } catch (error) {
    return Error.isError(error) ? error.message : String(error);
  }
}

function consumedBy({ entry }: Process, { queueNames }: Topology): readonly string[] {
  switch (entry) {
    case 'converter':
      return [queueNames.video];
    case 'notification':
      return [queueNames.mp3, queueNames.failed];
    case 'gateway':
    case 'auth':
    case 'relay':
    case 'migrate':
    case 'queues':
    case 'users':
    case 'dead-letters':
    case 'health':
      return [];
  }
}
