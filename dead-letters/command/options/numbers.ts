import { InvalidArgumentError } from 'commander';

/** @returns a parser of whole numbers for an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Letters per second. */
export function rate(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 10_000) {
    throw new InvalidArgumentError('Expected a number above 0, at most 10000.');
  }
  return value;
}
