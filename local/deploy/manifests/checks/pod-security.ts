import type { Check } from '../check';
import type { Container, PodSpec, SecurityContext } from '../model/pod';
import { processesOf } from '../model/process';
import type { Rendered } from '../model/rendered';
import { workloadsOf } from '../model/workload';

/** kubernetes.io/docs/concepts/security/pod-security-standards, "Restricted", "Volume Types". */
const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
/** The same page, "Sysctls". */
const safeSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];

/**
 * The restricted Pod Security Standard, control by control in the order of its page; and of our
 * own, a root filesystem that nobody writes to.
 */
export const podSecurity: Check = (rendered) => [
  ...workloadsOf(rendered.objects).flatMap(({ where, pod, containers }) =>
    [
      ...podProblems(pod),
      ...containers.flatMap((container) =>
        containerProblems(pod, container).map(
          (problem) => `container ${container.name} ${problem}`,
        ),
      ),
    ].map((problem) => ({
      check: 'pod-security' as const,
      where: `${rendered.overlay}: ${where}`,
      problem,
    })),
  ),
  ...unwritable(rendered),
];

function podProblems(pod: PodSpec): string[] {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter(
    (name) => pod[name] === true,
  );
  const sysctls = pod.securityContext?.sysctls ?? [];
  return [
    ...shared.map((name) => `has ${name}`),
    ...(pod.volumes ?? []).flatMap((volume) =>
      Object.keys(volume)
        .filter((key) => key !== 'name' && !allowedVolumes.includes(key))
        .map((type) => `has a volume ${volume.name} of the kind ${type}`),
    ),
    ...sysctls
      .filter(({ name }) => !safeSysctls.includes(name))
      .map(({ name }) => `sets the sysctl ${name}`),
    ...contextProblems(pod.securityContext ?? {}).map((problem) => `(pod) ${problem}`),
  ];
}

function containerProblems(pod: PodSpec, container: Container): string[] {
  const own = container.securityContext ?? {};
  const ofPod = pod.securityContext ?? {};
  const probed = [container.livenessProbe, container.readinessProbe, container.startupProbe];
  const hosts = [...probed, container.lifecycle?.preStop].flatMap(
    (one) => one?.httpGet?.host ?? [],
  );
  const added = (own.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  return [
    ...(own.privileged === true ? ['is privileged'] : []),
    ...added.map((name) => `adds the capability ${name}`),
    ...(own.capabilities?.drop?.includes('ALL') === true ? [] : ['does not drop ALL capabilities']),
    ...(container.ports ?? []).flatMap(({ hostPort }) =>
      hostPort === undefined || hostPort === 0 ? [] : [`takes port ${hostPort} of its node`],
    ),
    ...hosts.map((host) => `asks the host ${host} in a probe`),
    ...(own.allowPrivilegeEscalation === false ? [] : ['may escalate its privileges']),
    ...((own.runAsNonRoot ?? ofPod.runAsNonRoot) === true
      ? []
      : ['may run as root (runAsNonRoot)']),
    ...((own.seccompProfile ?? ofPod.seccompProfile) === undefined
      ? ['has no seccompProfile']
      : []),
    ...contextProblems(own),
    ...(own.readOnlyRootFilesystem === true ? [] : ['may write to its root filesystem']),
  ];
}

/** Controls that may be set in either place, and whose absence is fine. */
function contextProblems(context: SecurityContext): string[] {
  const { seLinuxOptions: linux = {}, seccompProfile, appArmorProfile, procMount } = context;
  const selinux = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
  return [
    ...(context.windowsOptions?.hostProcess === true ? ['is a process of its host'] : []),
    ...(context.runAsUser === 0 ? ['runs as user 0'] : []),
    ...(context.runAsNonRoot === false ? ['may run as root (runAsNonRoot: false)'] : []),
    ...(procMount !== undefined && procMount !== 'Default' ? [`has procMount ${procMount}`] : []),
    ...(appArmorProfile?.type === 'Unconfined' ? ['is not confined by AppArmor'] : []),
    ...(seccompProfile?.type === 'Unconfined' ? ['is not confined by seccomp'] : []),
    ...(selinux.includes(linux.type ?? '') && !linux.user && !linux.role
      ? []
      : ['has SELinux options of its own']),
  ];
}

/** On a read-only root, what a process writes to must be a volume. */
function unwritable(rendered: Rendered) {
  return processesOf(rendered).flatMap((process) => {
    const directory = process.settings['workDirectory'] && process.text('WORK_DIR');
    if (directory === undefined) return [];
    const { volumeMounts = [] } = process.container;
    const mount = volumeMounts.find(
      ({ mountPath }) => directory === mountPath || directory.startsWith(`${mountPath}/`),
    );
    const volume = process.workload.pod.volumes?.find(({ name }) => name === mount?.name);
    const isData = volume?.configMap !== undefined || volume?.secret !== undefined;
    if (mount !== undefined && mount.readOnly !== true && !isData) return [];
    const problem = `WORK_DIR is ${directory}, where no volume is that can be written to`;
    return [{ check: 'pod-security' as const, where: process.where, problem }];
  });
}
