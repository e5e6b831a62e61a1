import type { OutgoingMessage } from '../../contracts/broker/confirmed-publisher';

/** The case that a listener belongs to: each has one of its own. */
export function keyOfAddress(address: string): string {
  return address.slice(0, address.indexOf('@'));
}

/** The case that a message belongs to, by its listener. */
export function keyOf({ body }: OutgoingMessage): string {
  const message: unknown =
    body instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(body)) : body;
  if (typeof message !== 'object' || message === null || !('username' in message)) return '';
  return keyOfAddress(String(message.username));
}
