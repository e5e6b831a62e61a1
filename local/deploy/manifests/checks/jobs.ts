import type { Check } from '../check';
import { ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { isOurs, workloadsOf } from '../model/workload';

/** Longest time a finished Job may stand in the way of the next apply, in seconds. */
const longestS = 3_600;

/**
 * The template of a Job cannot be changed (kubernetes.io/docs, "Jobs"): applied again with another
 * version it must be another Job by name, or be gone by then. One that the cluster names is a new
 * one each time.
 */
export const jobs: Check = ({ overlay, objects }, { version }) => {
  const finding = (where: string, problem: string) => ({
    check: 'jobs' as const,
    where: `${overlay}: ${where}`,
    problem,
  });
  return ofKind(objects, 'Job').flatMap((job) => {
    const { ttlSecondsAfterFinished: ttl, template } = job.spec;
    const isNew = job.metadata.generateName !== undefined;
    const named = [version, version.replaceAll('.', '-')].some((text) =>
      job.metadata.name.includes(text),
    );
    const workload = workloadsOf([job])[0];
    const isOurJob = workload?.containers.some(isOurs) === true;
    const policy = template.spec.restartPolicy;
    return [
      ...(isNew || named || (ttl !== undefined && ttl <= longestS)
        ? []
        : [
            finding(
              nameOf(job),
              'cannot be applied again: expected the version in its name, or ttlSecondsAfterFinished',
            ),
          ]),
      ...(isOurJob && policy !== 'OnFailure' && policy !== 'Never'
        ? [finding(nameOf(job), `expected restartPolicy OnFailure or Never, got ${String(policy)}`)]
        : []),
    ];
  });
};
