/** Jobs that are poison, by what they do to a worker. */
export interface Poison {
  readonly kills: readonly string[];
  readonly throws: readonly string[];
}
