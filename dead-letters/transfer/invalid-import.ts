/** A line of an import is no letter. What came before it is on file. */
export class InvalidImport extends Error {
  override readonly name = 'InvalidImport';

  /**
   * @param line From 1.
   * @param filed Letters filed from the lines before.
   */
  constructor(
    readonly line: number,
    readonly filed: number,
    problem: string,
  ) {
    super(
      `line ${line} is no dead letter of an export: ${problem}; the lines before it are on file, ${filed} of them anew, and nothing of this line or after it`,
    );
  }
}
