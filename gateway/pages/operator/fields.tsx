import { useEffect, useId, useState } from 'preact/hooks';

interface SelectProps {
  readonly label: string;
  readonly value: string;
  /** Value and words of each. */
  readonly choices: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}

export function SelectField({ label, value, choices, onChange }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
      >
        {choices.map(([choice, words]) => (
          <option key={choice} value={choice}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly type?: 'text' | 'number';
  /** Offered, and anything else may be typed. */
  readonly choices?: readonly string[];
  /** Called once the field is left, or Enter is pressed. */
  readonly onChange: (value: string) => void;
}

export function TextField({ label, value = '', type = 'text', choices, onChange }: TextProps) {
  const id = useId();
  // What is being typed; the page draws itself anew meanwhile, and must not take it away.
  const [draft, setDraft] = useState<string>();
  const forget = () => {
    setDraft(undefined);
  };
  useEffect(forget, [value]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type={type}
        {...(type === 'number' && { min: 0, step: 1, inputMode: 'numeric' })}
        {...(choices && { list: `${id}-choices` })}
        value={draft ?? value}
        spellcheck={false}
        autocomplete="off"
        placeholder="any"
        onInput={(event) => {
          setDraft(event.currentTarget.value);
        }}
        onBlur={forget}
        onChange={(event) => {
          onChange(event.currentTarget.value.trim());
        }}
      />
      {choices && (
        <datalist id={`${id}-choices`}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </div>
  );
}
