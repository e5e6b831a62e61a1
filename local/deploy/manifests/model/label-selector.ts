import type { Labels } from './kubernetes-object';
import type { LabelSelector } from './pod';

/** As Kubernetes does (kubernetes.io/docs, "Labels and Selectors"); an empty one selects all. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          throw new Error(`${operator} is no operator of a label selector`);
      }
    })
  );
}

/** `app=gateway`, for a person. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const parts = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) =>
      `${key} ${operator} ${values.join(',')}`.trim(),
    ),
  ];
  return parts.length === 0 ? 'everything' : parts.join(' and ');
}
