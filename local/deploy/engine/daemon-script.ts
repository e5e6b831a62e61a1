/**
 * What runs in the engine's own namespaces, in sh: `sh -c … sh <dockerd> <data> <run> <socket>
 * <network flags…>`. Everything the daemon makes (containerd, shims, containers, mounts, bridges,
 * packet filter rules) lives in these namespaces and is gone with them, whatever ended the daemon.
 */
export const daemonScript = `set -eu
daemon=$1 data=$2 run=$3 socket=$4
shift 4
# A containerd of the system would be used instead of an own one if its socket were visible.
mkdir -p /run/containerd
mount -t tmpfs tmpfs /run/containerd
mount -t tmpfs tmpfs "$run/exec"
# The first process of a namespace has to collect orphans.
exec docker-init -- "$daemon" --data-root "$data" --exec-root "$run/exec" \\
  --pidfile "$run/exec/dockerd.pid" --host "unix://$socket" --group root --bridge none \\
  --exec-opt native.cgroupdriver=cgroupfs --default-ulimit nofile=20000:20000 "$@"
`;
