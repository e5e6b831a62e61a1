import type { AuditFilter } from './api';
import { AuditTable } from './audit-table';
import { useApi } from './contexts';
import { Pager } from './pager';
import { Problem } from './problem';
import { hrefOf } from './route';
import { useLoad } from './use-load';
import { usePages } from './use-pages';

interface Props {
  readonly filter: AuditFilter;
  /** Changes when there may be new lines. */
  readonly version: number;
}

/** Who did what to which letter, why, and how it ended; newest first. */
export function AuditView({ filter, version }: Props) {
  const chosen = Object.entries(filter) as [keyof AuditFilter, string][];
  return (
    <section>
      <h2>Audit</h2>
      {chosen.length > 0 && (
        <p>
          Of {chosen.map(([name, value]) => `${name} ${value}`).join(', ')}.{' '}
          <a href={hrefOf({ kind: 'audit', filter: {} })}>Show everything</a>
        </p>
      )}
      <AuditPages key={JSON.stringify(filter)} filter={filter} version={version} />
    </section>
  );
}

function AuditPages({ filter, version }: Props) {
  const api = useApi();
  const pages = usePages();
  const { after } = pages;
  const page = useLoad(`${after ?? ''} ${version}`, (signal) =>
    api.listAudit(filter, after, signal),
  );
  return (
    <>
      <Problem words={page.problem} />
      {page.value && <AuditTable entries={page.value.entries} />}
      <Pager pages={pages} next={page.value?.next ?? null} />
    </>
  );
}
