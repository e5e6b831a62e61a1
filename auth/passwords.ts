import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as bcryptPackage from 'bcrypt';
import { sha256Prefix, type StoredPassword } from './stored-password';

/** bcrypt reads 72 bytes and silently ignores the rest. */
export const longestPasswordBytes = 72;

/** The two calls that cost time; a test counts them. */
export interface Bcrypt {
  hash(password: string, cost: number): Promise<string>;
  compare(password: string, hash: string): Promise<boolean>;
}

export const realBcrypt: Bcrypt = {
  hash: (password, cost) => bcryptPackage.hash(password, cost),
  compare: (password, hash) => bcryptPackage.compare(password, hash),
};

/** Hashes and compares passwords at one work factor. */
export class Passwords {
  #dummyHash: Promise<string> | undefined;

  /** @param cost bcrypt's work factor, 4 to 31. */
  constructor(
    private readonly cost: number,
    private readonly bcrypt: Bcrypt = realBcrypt,
  ) {}

  /**
   * The text for the column `password`.
   * @param password At most 72 bytes; see `passwordProblem`.
   */
  hash(password: string): Promise<string> {
    return this.bcrypt.hash(password.normalize('NFC'), this.cost);
  }

  /** As `hash`, but takes a password of any length: for what the tutorial's table holds already. */
  async hashOfAnyLength(password: string): Promise<string> {
    if (fitsBcrypt(password)) return this.hash(password);
    return sha256Prefix + (await this.bcrypt.hash(sha256(password), this.cost));
  }

  /**
   * Whether a login's password is the stored one. Costs exactly one bcrypt comparison whatever is
   * stored and whatever is given, so that time tells nothing: neither that a user does not exist
   * (`stored` undefined) nor that a password is too long or empty.
   */
  async matches(given: string, stored: StoredPassword | undefined): Promise<boolean> {
    const password = given.normalize('NFC');
    const dummy = await this.#dummy();
    switch (stored?.kind) {
      case 'bcrypt': {
        const same = await this.bcrypt.compare(password, stored.hash);
        // With a longer password bcrypt has compared its beginning only.
        return same && password !== '' && fitsBcrypt(password);
      }
      case 'bcrypt-of-sha256':
        return this.bcrypt.compare(sha256(password), stored.hash);
      case 'plain': {
        await this.bcrypt.compare(password, dummy);
        return password !== '' && sameText(password, stored.text.normalize('NFC'));
      }
      case undefined:
        await this.bcrypt.compare(password, dummy);
        return false;
    }
  }

  /**
   * Matches nobody's password; compared with where there is no hash to compare with. Made at the
   * first login, whoever that is, because the commands need none.
   */
  #dummy(): Promise<string> {
    this.#dummyHash ??= this.bcrypt.hash(randomBytes(32).toString('base64'), this.cost);
    return this.#dummyHash;
  }

  /**
   * Whether the stored form should be replaced at the next chance: plain text, or a hash of
   * another work factor, which an onlooker could tell from the dummy's by its time.
   */
  isOutdated(stored: StoredPassword): boolean {
    return stored.kind === 'plain' || bcryptPackage.getRounds(stored.hash) !== this.cost;
  }
}

/** Why a new password cannot be taken, for the person who chose it; undefined when it can. */
export function passwordProblem(password: string): string | undefined {
  const bytes = Buffer.byteLength(password.normalize('NFC'));
  if (bytes === 0) return 'the password is empty';
  if (bytes > longestPasswordBytes) {
    return `the password has ${bytes} bytes, and at most ${longestPasswordBytes} count (bcrypt ignores the rest): choose a shorter one`;
  }
  // RFC 7617 section 2: a client must not send them.
  if (/\p{Cc}/u.test(password)) return 'the password contains a control character or a line break';
  return undefined;
}

function fitsBcrypt(password: string): boolean {
  return Buffer.byteLength(password.normalize('NFC')) <= longestPasswordBytes;
}

/** 44 characters; text, because bcrypt implementations disagree about NUL bytes. */
function sha256(password: string): string {
  return createHash('sha256').update(password.normalize('NFC')).digest('base64');
}

function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
