import type { LetterDetail } from '../../../dead-letters/views';

export function HeaderTable({ headers }: { readonly headers: LetterDetail['headers'] }) {
  const all = Object.entries(headers);
  return (
    <section>
      <h3>Headers</h3>
      {all.length === 0 ? (
        <p class="quiet">It came without any.</p>
      ) : (
        <dl class="facts headers">
          {all.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{typeof value === 'string' ? value : <code>{JSON.stringify(value)}</code>}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
