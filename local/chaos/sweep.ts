/**
 * Sweeps everything that no job needs, however young.
 *
 * @returns false while the product has no sweeper
 */
export function sweep(): Promise<boolean> {
  return Promise.resolve(false);
}
