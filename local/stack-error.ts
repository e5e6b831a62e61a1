/**
 * Something a person can act on: the message says what happened, what was expected and what to do.
 * Entry points print it without a stack trace and exit with code 1; any other error is a bug of
 * ours and keeps its stack.
 */
export class StackError extends Error {
  override readonly name = 'StackError';
}
