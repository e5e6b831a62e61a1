import { closingMs } from '../../closing-time';
import type { Check } from '../check';
import { numberOf, processesOf } from '../model/process';
import type { Container } from '../model/pod';

/** Kubernetes' own, where a pod says nothing. */
const defaultGraceS = 30;

/**
 * A pod is killed when its grace period is over, and preStop counts towards it
 * (kubernetes.io/docs, "Pod Lifecycle", "Termination of Pods"): so both must fit, with
 * `closingMs` to spare. Who serves requests waits in preStop until Services have noticed.
 */
export const stopping: Check = (rendered) =>
  processesOf(rendered).flatMap((process) => {
    const { workload, container } = process;
    if (workload.kind === 'Job' || workload.kind === 'CronJob') return [];
    const graceS = workload.pod.terminationGracePeriodSeconds ?? defaultGraceS;
    const preStopS = preStopSeconds(container);
    const stopS = (numberOf(process, 'STOP_TIMEOUT_MS') ?? 0) / 1_000;
    const problems: string[] = [];
    const wantedS = preStopS + stopS + closingMs / 1_000;
    if (graceS < wantedS) {
      problems.push(
        `expected a grace period of ${wantedS} s for preStop (${preStopS} s), STOP_TIMEOUT_MS (${stopS} s) and closing, got ${graceS} s`,
      );
    }
    if (numberOf(process, 'PORT') !== undefined && preStopS === 0) {
      problems.push('expected a preStop that waits until no request is sent there any more');
    }
    return problems.map((problem) => ({
      check: 'stopping' as const,
      where: process.where,
      problem,
    }));
  });

/** Of the kinds of preStop, those that only wait: `sleep`, and a Node that does, for lack of a shell. */
function preStopSeconds({ lifecycle }: Container): number {
  const { sleep, exec } = lifecycle?.preStop ?? {};
  if (sleep !== undefined) return sleep.seconds;
  const command = exec?.command?.join(' ') ?? '';
  const milliseconds = /\bsetTimeout\([^,]+,\s*([\d_]+)\)/.exec(command)?.[1]?.replaceAll('_', '');
  if (milliseconds !== undefined) return Number(milliseconds) / 1_000;
  return Number(/\bsleep (\d+)/.exec(command)?.[1] ?? 0);
}
