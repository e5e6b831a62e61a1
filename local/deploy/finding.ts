/** One thing that is wrong with what would be deployed. */
export interface Finding<Check extends string = string> {
  /** The check that found it. */
  readonly check: Check;
  /** The object, and the field in it, as a person would look for it. */
  readonly where: string;
  /** What was expected, what is there. */
  readonly problem: string;
}
