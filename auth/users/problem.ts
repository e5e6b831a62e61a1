/** Something a person can mend; the command says it in one line and exits with 1. */
export class UsersProblem extends Error {
  override readonly name = 'UsersProblem';
}
