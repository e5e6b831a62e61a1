/** How the column `password` of one row holds its password. */
export type StoredPassword =
  | { readonly kind: 'bcrypt'; readonly hash: string }
  /**
   * Only for a plain-text password of the tutorial that is longer than bcrypt reads: cutting it
   * would let its beginning log in, refusing it would lock its owner out.
   */
  | { readonly kind: 'bcrypt-of-sha256'; readonly hash: string }
  | { readonly kind: 'plain'; readonly text: string };

const bcryptHash = /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/;
export const sha256Prefix = 'sha256+';

/** Never fails: text that is none of our formats is a plain-text password. */
export function readStoredPassword(column: string): StoredPassword {
  if (bcryptHash.test(column)) return { kind: 'bcrypt', hash: withKnownVersion(column) };
  const hash = column.startsWith(sha256Prefix) ? column.slice(sha256Prefix.length) : '';
  if (bcryptHash.test(hash)) return { kind: 'bcrypt-of-sha256', hash };
  return { kind: 'plain', text: column };
}

/** PHP's `2y` is the same algorithm as `2b`, but the bcrypt package says "no match" to it. */
function withKnownVersion(hash: string): string {
  return hash.replace(/^\$2y\$/, '$2b$');
}
