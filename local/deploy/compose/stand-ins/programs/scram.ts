import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a server keeps of a password (RFC 5802 section 3); it cannot log in with that. */
export interface ScramAccount {
  readonly salt: string;
  readonly storedKey: string;
  readonly serverKey: string;
}

const iterations = 15_000;

export function scramAccount(password: string): ScramAccount {
  const salt = randomBytes(28);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  return {
    salt: salt.toString('base64'),
    storedKey: hash(clientKey).toString('base64'),
    serverKey: hmac(salted, 'Server Key').toString('base64'),
  };
}

/** One conversation of SCRAM-SHA-256 (RFC 7677), from the server's side. */
export class ScramConversation {
  readonly user: string;
  readonly #account: ScramAccount;
  readonly #clientFirst: string;
  readonly #nonce: string;

  /**
   * @param payload the client's first message
   * @throws Error when it is none, or for a user that `find` does not know
   */
  constructor(payload: string, find: (user: string) => ScramAccount | undefined) {
    // No channel binding ("n"), no other identity; then the bare message.
    const [, bare = ''] = /^n,,(.*)$/s.exec(payload) ?? [];
    const fields = attributes(bare);
    this.user = (fields.get('n') ?? '').replaceAll('=2C', ',').replaceAll('=3D', '=');
    const account = find(this.user);
    if (account === undefined) throw new Error('no such user');
    this.#account = account;
    this.#clientFirst = bare;
    this.#nonce = `${fields.get('r') ?? ''}${randomBytes(18).toString('base64')}`;
  }

  /** The server's first message. */
  challenge(): string {
    return `r=${this.#nonce},s=${this.#account.salt},i=${iterations}`;
  }

  /**
   * @param payload the client's last message
   * @returns the server's last message
   * @throws Error when the proof is not one of the right password
   */
  finish(payload: string): string {
    const fields = attributes(payload);
    const [withoutProof = ''] = payload.split(',p=');
    const message = `${this.#clientFirst},${this.challenge()},${withoutProof}`;
    const storedKey = Buffer.from(this.#account.storedKey, 'base64');
    const signature = hmac(storedKey, message);
    const proof = Buffer.from(fields.get('p') ?? '', 'base64');
    if (proof.length !== signature.length || fields.get('r') !== this.#nonce) {
      throw new Error('no proof');
    }
    const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)));
    if (!timingSafeEqual(hash(clientKey), storedKey)) throw new Error('wrong password');
    return `v=${hmac(Buffer.from(this.#account.serverKey, 'base64'), message).toString('base64')}`;
  }
}

function attributes(message: string): Map<string, string> {
  return new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function hash(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
