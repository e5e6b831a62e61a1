import type { Edit, OrderAction, OrderRequest } from '../../../dead-letters/order';
import type { Target } from './target';

/** An order as it stands in the dialog. */
export interface OrderDraft {
  readonly action: OrderAction;
  readonly select: Target['select'];
  readonly edit: DraftEdit | undefined;
  /** Fields as they were typed; empty means none. */
  readonly ratePerS: string;
  readonly limit: string;
  readonly reason: string;
  readonly skipRefused: boolean;
}

export interface DraftEdit {
  readonly kind: 'message' | 'expression';
  readonly text: string;
}

export function draftOf(action: OrderAction, edits: boolean, target: Target): OrderDraft {
  return {
    action,
    select: target.select,
    edit: edits ? editOf(target) : undefined,
    ratePerS: '',
    limit: '',
    reason: '',
    skipRefused: false,
  };
}

/** One letter's message is edited as it is; many are changed by an expression. */
function editOf({ letter }: Target): DraftEdit {
  if (letter === undefined) return { kind: 'expression', text: '' };
  const { message, body } = letter;
  if (message !== null) return { kind: 'message', text: JSON.stringify(message, null, 2) };
  return {
    kind: 'message',
    text: body.kind === 'text' && !body.truncated ? body.text : '{\n  \n}',
  };
}

/** @throws Error that says what is wrong with what was typed. */
export function requestOf(draft: OrderDraft): OrderRequest {
  const { action, select, edit, reason, skipRefused } = draft;
  const rate = positive(draft.ratePerS, 'letters per second');
  const limit = positive(draft.limit, 'letters at most');
  return {
    action,
    select,
    reason: reason.trim(),
    ...(edit && { edit: readEdit(edit) }),
    ...(rate !== undefined && { rate_per_s: rate }),
    ...(limit !== undefined && { limit: limit }),
    ...(skipRefused && { skip_refused: true }),
  };
}

function positive(text: string, name: string): number | undefined {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`${name}: expected a number above 0, got “${text}”`);
}

function readEdit({ kind, text }: DraftEdit): Edit {
  if (kind === 'expression') {
    if (text.trim() === '') throw new Error('Write an expression first.');
    return { expression: text };
  }
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    throw new Error(`The message is not JSON: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new Error('The message is not a JSON object: expected { … }');
  }
  return { message: message as Record<string, unknown> };
}
