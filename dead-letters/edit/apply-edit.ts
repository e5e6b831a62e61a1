import jsonata from 'jsonata';
import type { Edit } from '../order';
import type { MessageFields } from './editable-message';

/** The edit itself is wrong, or not for this message. */
export class EditFailed extends Error {
  override readonly name = 'EditFailed';
}

/** Turns a message into the edited one. @throws EditFailed */
export type Editor = (message: MessageFields | null) => Promise<MessageFields>;

/** Milliseconds that an expression may take for one message, and how deep it may recurse. */
const limits = { timeout: 500, stack: 200 };

/**
 * Prepares an edit for any number of messages.
 *
 * @throws EditFailed when an expression cannot be parsed.
 */
export function editor(edit: Edit): Editor {
  if ('message' in edit) return () => Promise.resolve(edit.message);
  const expression = parse(edit.expression);
  return async (message) => {
    const result = await evaluate(expression, message);
    if (!isObject(result)) {
      throw new EditFailed(
        `the expression came to ${describe(result)}; expected an object with the fields to change, like {"username": "new@example.com"}`,
      );
    }
    return { ...message, ...result };
  };
}

function parse(text: string): jsonata.Expression {
  try {
    return jsonata(text, limits);
  } catch (error) {
    throw new EditFailed(`the expression cannot be read: ${reason(error)}`, { cause: error });
  }
}

async function evaluate(
  expression: jsonata.Expression,
  message: MessageFields | null,
): Promise<unknown> {
  try {
    const result: unknown = await expression.evaluate(message);
    return plainJson(result);
  } catch (error) {
    if (error instanceof EditFailed) throw error;
    throw new EditFailed(`the expression failed: ${reason(error)}`, { cause: error });
  }
}

/** JSONata's own sequences are no lists, and its functions refer to what surrounds them. */
function plainJson(result: unknown): unknown {
  if (result === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(result));
  } catch (error) {
    throw new EditFailed('the expression came to something that is no JSON, such as a function', {
      cause: error,
    });
  }
}

/** JSONata throws objects that are no errors. */
function reason(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}

function isObject(value: unknown): value is MessageFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value).slice(0, 100);
}
