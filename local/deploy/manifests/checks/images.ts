import { imageNames } from '../../product';
import type { Check } from '../check';
import type { Container } from '../model/pod';
import type { Facts } from '../model/rendered';
import { entryOf, imageName, isOurs, workloadsOf } from '../model/workload';

/** Images are of one version each, ours of the version of this checkout. */
export const images: Check = ({ overlay, objects }, facts) =>
  workloadsOf(objects).flatMap(({ where, podLabels, containers }) =>
    [
      ...containers.flatMap((container) =>
        problemsOf(container, facts, overlay.includes('minikube')),
      ),
      ...labelProblem(podLabels['app.kubernetes.io/version'], containers, facts),
    ].map((problem) => ({ check: 'images' as const, where: `${overlay}: ${where}`, problem })),
  );

/** The tutorial's: its volume is of that version, and manifests/README.md says how to go on from it. */
const tutorialsBroker = 'rabbitmq:3-management';

function problemsOf(
  container: Container,
  { version, composeImages }: Facts,
  isTutorials: boolean,
): string[] {
  const { image } = container;
  const tag = tagOf(image);
  const isPinned = image.includes('@sha256:') || /\d/.test(tag);
  if (!isPinned) return [`${image} is whatever is newest that day`];
  if (isOurs(container)) return ourProblems(container, tag, version);
  if (isTutorials && image === tutorialsBroker) return [];
  const inCompose = composeImages.find((one) => repositoryOf(one) === repositoryOf(image));
  return inCompose === undefined || inCompose === image
    ? []
    : [
        `${image}, but compose runs ${inCompose}: it would be tried with one and run with the other`,
      ];
}

/** Only the image of the converter has ffmpeg, and the others do without what it brings. */
function ourProblems(container: Container, tag: string, version: string): string[] {
  const entry = entryOf(container);
  const expected = imageNames[entry === 'converter' ? 'converter' : 'service'];
  const got = imageName(container.image);
  return [
    ...(tag === version
      ? []
      : [`${container.image}: expected the version ${version} of package.json`]),
    ...(entry !== undefined && got !== expected
      ? [`${entry} runs in ${got}, expected ${expected}`]
      : []),
  ];
}

function labelProblem(
  label: string | undefined,
  containers: readonly Container[],
  { version }: Facts,
): string[] {
  if (label === undefined || label === version || !containers.some(isOurs)) return [];
  return [`the label app.kubernetes.io/version is ${label}, expected ${version}`];
}

const withoutDigest = (image: string): string => image.split('@')[0] ?? '';
const tagOf = (image: string): string => /:([^/:]+)$/.exec(withoutDigest(image))?.[1] ?? '';
const repositoryOf = (image: string): string =>
  withoutDigest(image)
    .replace(/:[^/:]+$/, '')
    .replace(/^docker\.io\/(library\/)?/, '');
