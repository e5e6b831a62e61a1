import type { KubernetesObject, Labels } from './kubernetes-object';
import type { LabelSelector, PodTemplate } from './pod';

/** The kinds that checks look into, with the fields they look at. */
export interface Kinds {
  readonly Deployment: KubernetesObject & {
    readonly spec: {
      readonly replicas?: number;
      readonly selector: LabelSelector;
      readonly strategy?: {
        readonly type?: string;
        readonly rollingUpdate?: {
          readonly maxSurge?: number | string;
          readonly maxUnavailable?: number | string;
        };
      };
      readonly template: PodTemplate;
    };
  };
  readonly StatefulSet: KubernetesObject & {
    readonly spec: {
      readonly replicas?: number;
      readonly serviceName?: string;
      readonly selector: LabelSelector;
      readonly template: PodTemplate;
      readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    };
  };
  readonly DaemonSet: KubernetesObject & {
    readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplate };
  };
  readonly Job: KubernetesObject & { readonly spec: JobSpec };
  readonly CronJob: KubernetesObject & {
    readonly spec: { readonly jobTemplate: { readonly spec: JobSpec } };
  };
  readonly Service: KubernetesObject & {
    readonly spec: {
      readonly type?: string;
      readonly clusterIP?: string;
      readonly publishNotReadyAddresses?: boolean;
      readonly externalName?: string;
      readonly selector?: Labels;
      readonly ports?: readonly ServicePort[];
    };
  };
  readonly Ingress: KubernetesObject & {
    readonly spec: {
      readonly ingressClassName?: string;
      readonly defaultBackend?: IngressBackend;
      readonly tls?: readonly {
        readonly hosts?: readonly string[];
        readonly secretName?: string;
      }[];
      readonly rules?: readonly {
        readonly host?: string;
        readonly http?: { readonly paths: readonly { readonly backend: IngressBackend }[] };
      }[];
    };
  };
  readonly ConfigMap: KubernetesObject & {
    readonly data?: Labels;
    readonly binaryData?: Labels;
  };
  readonly Secret: KubernetesObject & { readonly data?: Labels; readonly stringData?: Labels };
  readonly ServiceAccount: KubernetesObject & { readonly automountServiceAccountToken?: boolean };
  readonly PersistentVolumeClaim: KubernetesObject;
  readonly Role: KubernetesObject;
  readonly RoleBinding: KubernetesObject & {
    readonly roleRef: { readonly kind: string; readonly name: string };
    readonly subjects?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly namespace?: string;
    }[];
  };
  readonly Namespace: KubernetesObject;
  readonly PodDisruptionBudget: KubernetesObject & {
    readonly spec: {
      readonly minAvailable?: number | string;
      readonly maxUnavailable?: number | string;
      readonly selector: LabelSelector;
    };
  };
  readonly NetworkPolicy: KubernetesObject & { readonly spec: NetworkPolicySpec };
  readonly HorizontalPodAutoscaler: KubernetesObject & {
    readonly spec: {
      readonly minReplicas?: number;
      readonly maxReplicas: number;
      readonly scaleTargetRef: ScaleTarget;
    };
  };
  readonly ScaledObject: KubernetesObject & {
    readonly spec: {
      readonly minReplicaCount?: number;
      readonly idleReplicaCount?: number;
      readonly maxReplicaCount?: number;
      readonly scaleTargetRef: ScaleTarget;
      readonly fallback?: { readonly replicas: number };
      readonly triggers: readonly ScaleTrigger[];
    };
  };
  readonly TriggerAuthentication: KubernetesObject & {
    readonly spec: {
      readonly secretTargetRef?: readonly {
        readonly parameter: string;
        readonly name: string;
        readonly key: string;
      }[];
    };
  };
  readonly ServiceMonitor: KubernetesObject & {
    readonly spec: {
      readonly selector: LabelSelector;
      readonly endpoints: readonly MonitorEndpoint[];
    };
  };
  readonly PodMonitor: KubernetesObject & {
    readonly spec: {
      readonly selector: LabelSelector;
      readonly podMetricsEndpoints?: readonly MonitorEndpoint[];
    };
  };
  readonly ExternalSecret: KubernetesObject & {
    readonly spec: {
      readonly secretStoreRef?: { readonly name: string; readonly kind?: string };
      readonly target?: {
        readonly name?: string;
        readonly template?: { readonly data?: Labels; readonly mergePolicy?: string };
      };
      readonly data?: readonly { readonly secretKey: string }[];
      readonly dataFrom?: readonly unknown[];
    };
  };
  readonly SecretStore: KubernetesObject;
}

export interface JobSpec {
  readonly ttlSecondsAfterFinished?: number;
  readonly podFailurePolicy?: {
    readonly rules?: readonly { readonly onExitCodes?: { readonly containerName?: string } }[];
  };
  readonly template: PodTemplate;
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: string | number;
  readonly protocol?: string;
}

export interface IngressBackend {
  readonly service?: {
    readonly name: string;
    readonly port?: { readonly name?: string; readonly number?: number };
  };
}

export interface ScaleTarget {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name: string;
}

export interface ScaleTrigger {
  readonly type: string;
  readonly metadata: Labels;
  readonly authenticationRef?: { readonly name: string; readonly kind?: string };
}

export interface MonitorEndpoint {
  readonly port?: string;
  readonly targetPort?: string | number;
  readonly path?: string;
  readonly metricRelabelings?: readonly Readonly<Record<string, unknown>>[];
}

export interface NetworkPolicySpec {
  readonly podSelector: LabelSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly (PolicyPorts & { readonly from?: readonly PolicyPeer[] })[];
  readonly egress?: readonly (PolicyPorts & { readonly to?: readonly PolicyPeer[] })[];
}

export interface PolicyPorts {
  readonly ports?: readonly PolicyPort[];
}

export interface PolicyPort {
  readonly port?: string | number;
  readonly endPort?: number;
  readonly protocol?: string;
}

export interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

/** The objects of one kind. Their fields are what the check "schema" says they are. */
export function ofKind<Kind extends keyof Kinds>(
  objects: readonly KubernetesObject[],
  kind: Kind,
): readonly Kinds[Kind][] {
  return objects.filter((one): one is Kinds[Kind] => one.kind === kind);
}
