import type { Edit } from '../order';
import type { MessageFields } from './editable-message';
import { ExpressionProcess, type Evaluated } from './expression-process';

/** The edit itself is wrong, or not for this message. */
export class EditFailed extends Error {
  override readonly name = 'EditFailed';
  constructor(
    message: string,
    /** Not worth trying for another message. */
    readonly hopeless = false,
  ) {
    super(message);
  }
}

/** Turns a message into the edited one, one after the other. @throws EditFailed, RangeError */
export type Editor = (message: MessageFields | null) => Promise<MessageFields>;

/**
 * Prepares an edit for any number of messages, for as long as `work` takes; null without an edit.
 *
 * @param patienceMs How long, in all, an expression may take for messages that it then fails for;
 * beyond it the failure is hopeless.
 * @throws EditFailed when an expression cannot be parsed, before `work` begins.
 */
export async function withEditor<Result>(
  edit: Edit | null,
  work: (editor: Editor | null) => Promise<Result>,
  patienceMs = Infinity,
): Promise<Result> {
  if (edit === null) return work(null);
  if ('message' in edit) return work(() => Promise.resolve(edit.message));
  const expression = new ExpressionProcess(edit.expression);
  try {
    const problem = await expression.start();
    if (problem !== undefined) valueOf(problem);
    let wastedMs = 0;
    return await work(async (message) => {
      const beganMs = performance.now();
      const evaluated = await expression.evaluate(message);
      if (evaluated.kind === 'failed') wastedMs += performance.now() - beganMs;
      if (evaluated.kind === 'failed' && wastedMs > patienceMs) {
        throw new EditFailed(
          `the expression failed for too long, and was not tried for further messages: ${evaluated.problem}`,
          true,
        );
      }
      const result = valueOf(evaluated);
      if (!isObject(result)) {
        throw new EditFailed(
          `the expression came to ${describe(result)}; expected an object with the fields to change, like {"username": "new@example.com"}`,
        );
      }
      return { ...message, ...result };
    });
  } finally {
    await expression.close();
  }
}

function valueOf(evaluated: Evaluated): unknown {
  if (evaluated.kind === 'failed') throw new EditFailed(evaluated.problem);
  return evaluated.json === undefined ? undefined : JSON.parse(evaluated.json);
}

function isObject(value: unknown): value is MessageFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(value).slice(0, 100);
}
