import { z } from 'zod';
import { CommandProblem } from '../problem';

export type Message = Readonly<Record<string, unknown>>;

const messageSchema = z.record(z.string(), z.unknown());

/** @throws CommandProblem when the text is no JSON object. */
export function parseMessage(text: string): Message {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = Error.isError(error) ? error.message : String(error);
    throw new CommandProblem(`expected the message as JSON: ${why}`, { cause: error });
  }
  const parsed = messageSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new CommandProblem('expected the message as a JSON object, like {"username": "…"}');
}
