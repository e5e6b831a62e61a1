/** The client went away; there is nobody to answer and nothing to repair. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** How a stream pipeline says that the answer's connection went away. */
export function isPrematureClose(error: unknown): boolean {
  return Error.isError(error) && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
