import { useId } from 'preact/hooks';
import type { OrderDraft } from './order-draft';
import { SampleMessage } from './sample-message';
import type { Target } from './target';

interface Props {
  readonly draft: OrderDraft;
  readonly target: Target;
  readonly onChange: (draft: OrderDraft) => void;
}

/** The whole message of one letter, or an expression over the messages of many. */
export function EditField({ draft, target, onChange }: Props) {
  const id = useId();
  const { edit } = draft;
  if (edit === undefined) return null;
  const one = edit.kind === 'message';
  return (
    <>
      <label for={id}>{one ? 'Message (JSON)' : 'Change (JSONata)'}</label>
      {!one && (
        <p id={`${id}-hint`} class="quiet">
          An expression over each message; the object it gives is laid over the message, field by
          field. For example <code>{'{ "username": $lowercase(username) }'}</code>
        </p>
      )}
      <textarea
        id={id}
        class="code"
        rows={one ? 14 : 3}
        spellcheck={false}
        autofocus
        value={edit.text}
        {...(!one && { 'aria-describedby': `${id}-hint` })}
        onInput={(event) => {
          onChange({ ...draft, edit: { ...edit, text: event.currentTarget.value } });
        }}
      />
      {!one && <SampleMessage target={target} />}
    </>
  );
}
