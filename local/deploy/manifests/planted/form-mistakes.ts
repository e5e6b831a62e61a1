import { type PlantedMistake, set } from './mistake';

const container = ['spec', 'template', 'spec', 'containers', 0] as const;

/** Mistakes in the form of one object. */
export const formMistakes: readonly PlantedMistake[] = [
  {
    name: 'a number in words',
    check: 'schema',
    plant: set('Deployment/relay', ['spec', 'replicas'], 'two'),
  },
  {
    name: 'an amount of memory in a unit that there is not',
    check: 'schema',
    plant: set('Deployment/gateway', [...container, 'resources', 'limits', 'memory'], '512MB'),
  },
  {
    name: 'a version of the API that is gone',
    check: 'schema',
    plant: set('HorizontalPodAutoscaler/gateway', ['apiVersion'], 'autoscaling/v2beta2'),
  },
  {
    name: 'a scaler that says not what it scales',
    check: 'schema',
    plant: set('ScaledObject/converter', ['spec', 'scaleTargetRef'], undefined),
  },
  {
    name: 'a misspelt field',
    check: 'unknown-field',
    plant: set('Deployment/relay', ['spec', 'replcias'], 2),
  },
  {
    name: 'a field at the wrong level',
    check: 'unknown-field',
    plant: set('Deployment/converter', [...container, 'terminationGracePeriodSeconds'], 660),
  },
  {
    name: 'a misspelt field of a custom resource',
    check: 'unknown-field',
    plant: set('ScaledObject/converter', ['spec', 'cooldownPeriode'], 300),
  },
];
