import type { AuditLine } from '../../../dead-letters/views';

interface Props {
  readonly name: string;
  readonly changes: AuditLine['difference'];
}

/** What an edit changes in one message, field by field. */
export function Difference({ name, changes }: Props) {
  if (changes.length === 0) return null;
  return (
    <figure class="difference">
      <figcaption>{name}</figcaption>
      <dl>
        {changes.map(({ path, before, after }) => (
          <div key={path.join('.')}>
            <dt>{path.join('.')}</dt>
            <dd>
              {before === undefined ? (
                <span class="quiet">(not there)</span>
              ) : (
                <del>{JSON.stringify(before)}</del>
              )}{' '}
              <span aria-hidden="true">→</span>{' '}
              {after === undefined ? (
                <span class="quiet">(removed)</span>
              ) : (
                <ins>{JSON.stringify(after)}</ins>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}
