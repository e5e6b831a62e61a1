/**
 * Arguments of setpriv(1) before a command that must not outlive us, whatever ends us: the kernel
 * kills it when the thread that started it ends (PR_SET_PDEATHSIG(2const)), and Node starts all
 * processes from its main thread. The signal survives execve(2), so setpriv, flock and unshare are
 * one process; it does not reach children, which unshare's own `--kill-child` is for.
 */
export const endWithParent = ['--pdeathsig', 'KILL'] as const;
