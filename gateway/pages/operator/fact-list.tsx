interface Props {
  readonly name: string;
  readonly facts: Readonly<Record<string, unknown>> | null;
  /** Said when there are none. */
  readonly missing: string;
}

/** Names and values as they are. */
export function FactList({ name, facts, missing }: Props) {
  return (
    <section>
      <h3>{name}</h3>
      {facts === null ? (
        <p class="quiet">{missing}</p>
      ) : (
        <dl class="facts">
          {Object.entries(facts).map(([fact, value]) => (
            <div key={fact}>
              <dt>{nameInWords(fact)}</dt>
              <dd>{inWords(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

/** `source_name` and `durationS` as a person writes them. */
function nameInWords(name: string): string {
  return name.replace(/_|(?=[A-Z])/g, ' ').toLowerCase();
}

function inWords(value: unknown) {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  if (typeof value === 'object') return <pre>{JSON.stringify(value, null, 2)}</pre>;
  return JSON.stringify(value);
}
