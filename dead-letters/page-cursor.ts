/** A page of a list: how many lines, and after which place. */
export interface ListPage {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

/** The text in `after` is no `next` of any page. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';

  constructor() {
    super('expected in "after" the "next" of a page');
  }
}

/** Place in a list, newest first. It names no page, so lines that come or go do not shift it. */
export interface Place {
  readonly at: Date;
  readonly id: string;
}

export const cursorOf = ({ at, id }: Place): string => `${at.getTime()}-${id}`;

/** @throws InvalidCursor */
export function readCursor(after: string): Place {
  const [, at, id] = /^(\d{1,15})-([\w.-]{1,100})$/.exec(after) ?? [];
  if (at === undefined || id === undefined) throw new InvalidCursor();
  return { at: new Date(Number(at)), id };
}

/**
 * What comes after a place, as a query. The first condition says the same as the second, less
 * exactly: it is what an index can begin at.
 */
export function placeAfter(timeField: string, { at, id }: Place): Record<string, unknown>[] {
  return [
    { [timeField]: { $lte: at } },
    { $or: [{ [timeField]: { $lt: at } }, { _id: { $lt: id } }] },
  ];
}
