import { ofKind } from './kinds';
import type { Container, EnvironmentVariable, PodSpec } from './pod';
import type { Rendered } from './rendered';

/** One variable of a container, as the process would find it. */
export interface Variable {
  /** Undefined where only the cluster knows: a secret, the pod's own name. */
  readonly value: string | undefined;
  readonly isSecret: boolean;
}

export interface Environment {
  readonly variables: ReadonlyMap<string, Variable>;
  /** Variables that others are put together from, as `$(NAME)`. */
  readonly expanded: ReadonlySet<string>;
  /** `$(NAME)` of nothing: it stays as it is, brackets and all. */
  readonly dangling: readonly string[];
}

/** What stands for a secret inside a longer value. */
const unknownPart = 'x';

/** As kubelet puts it together: `envFrom` first, `env` over it, in order. */
export function environmentOf(rendered: Rendered, container: Container): Environment {
  const variables = new Map<string, Variable>();
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const values = configMapRef && configMapData(rendered, configMapRef.name);
    for (const [key, value] of Object.entries(values ?? {})) {
      variables.set(`${prefix}${key}`, { value, isSecret: false });
    }
    const keys =
      (secretRef && rendered.secrets.get(secretRef.name)) ?? new Map<string, undefined>();
    for (const [key, value] of keys) variables.set(`${prefix}${key}`, { value, isSecret: true });
  }
  const expanded = new Set<string>();
  const dangling: string[] = [];
  for (const declared of container.env ?? []) {
    const value = declared.value?.replaceAll(/\$\$|\$\(([^)]+)\)/g, (whole, name?: string) => {
      if (name === undefined) return '$';
      const found = variables.get(name);
      if (found === undefined) {
        dangling.push(`${declared.name} has ${whole}, which is not defined before it`);
        return whole;
      }
      expanded.add(name);
      return found.value ?? unknownPart;
    });
    const variable =
      value === undefined ? referred(rendered, declared) : { value, isSecret: false };
    if (variable !== undefined) variables.set(declared.name, variable);
  }
  return { variables, expanded, dangling };
}

/** Undefined for one that may be left out and is. */
function referred(rendered: Rendered, { valueFrom }: EnvironmentVariable): Variable | undefined {
  const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
  if (secretKeyRef !== undefined) {
    const keys = rendered.secrets.get(secretKeyRef.name);
    if (secretKeyRef.optional === true && keys?.has(secretKeyRef.key) !== true) return undefined;
    return { value: keys?.get(secretKeyRef.key), isSecret: true };
  }
  if (configMapKeyRef !== undefined) {
    const value = configMapData(rendered, configMapKeyRef.name)?.[configMapKeyRef.key];
    if (configMapKeyRef.optional === true && value === undefined) return undefined;
    return { value, isSecret: false };
  }
  // Neither a value nor a source: kubelet sets it to nothing.
  return { value: valueFrom === undefined ? '' : undefined, isSecret: false };
}

export function configMapData(
  { objects }: Rendered,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const found = ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === name);
  return found && { ...found.binaryData, ...found.data };
}

/**
 * What is in a file of a container; undefined when no volume of Secrets or ConfigMaps has it, and
 * `value` is undefined for a secret that is not known.
 */
export function mountedFile(
  rendered: Rendered,
  pod: PodSpec,
  container: Container,
  path: string,
): { readonly value: string | undefined } | undefined {
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    if (path !== mountPath && !path.startsWith(`${mountPath}/`)) continue;
    const inVolume = subPath ?? path.slice(mountPath.length + 1);
    const volume = pod.volumes?.find((one) => one.name === name);
    const sources = [volume ?? {}, ...(volume?.projected?.sources ?? [])];
    for (const { secret, configMap } of sources) {
      const source = secret ?? configMap;
      if (source === undefined) continue;
      const key = source.items ? source.items.find((one) => one.path === inVolume)?.key : inVolume;
      if (key === undefined) continue;
      const keys =
        secret && rendered.secrets.get('secretName' in secret ? secret.secretName : secret.name);
      if (keys?.has(key) === true) return { value: keys.get(key) };
      const text = configMap && configMapData(rendered, configMap.name)?.[key];
      if (text !== undefined) return { value: text };
    }
  }
  return undefined;
}
