/** An order acts on a letter once. */
export const actionEntryId = (order: string, letter: string): string => `${order}.${letter}`;
