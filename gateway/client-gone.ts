/** The client went away; there is nobody to answer and nothing to repair. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}
