/**
 * The search path every server gets. It is fixed, so that the same stack results from npm, from
 * jest and from a shell whose own path holds other programs.
 */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
