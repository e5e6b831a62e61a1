import { useApi } from './contexts';
import { Actions } from './actions';
import { AttemptList } from './attempt-list';
import { AuditTable } from './audit-table';
import { DeathList } from './death-list';
import { FactList } from './fact-list';
import { HeaderTable } from './header-table';
import { JobFacts } from './job-facts';
import { LetterBody } from './letter-body';
import { LetterSummaryView } from './letter-summary-view';
import { Problem } from './problem';
import { hrefOf } from './route';
import { useLoad } from './use-load';
import type { Orders } from './use-orders';

/** Everything that is known about one letter, and what can be done with it. */
export function LetterView({ id, orders }: { readonly id: string; readonly orders: Orders }) {
  const api = useApi();
  const loaded = useLoad(String(orders.version), (signal) => api.showLetter(id, signal));
  const letter = loaded.value;
  const target = letter && {
    select: { ids: [id] },
    count: 1,
    words: `Letter ${id}: ${letter.error}`,
    letter,
  };
  return (
    <article class="letter" aria-busy={loaded.busy}>
      <p>
        <a
          href={hrefOf({ kind: 'letters', filter: {} })}
          onClick={(event) => {
            // Back to the list as it was, with its filter.
            if (history.length < 2) return;
            event.preventDefault();
            history.back();
          }}
        >
          ← Back to the list
        </a>
      </p>
      <Problem words={loaded.problem} />
      {letter && (
        <>
          <LetterSummaryView letter={letter} />
          <div class="toolbar">
            <Actions target={target} state={letter.state} onOrder={orders.add} />
          </div>
          <div class="columns">
            <div>
              <DeathList deaths={letter.deaths} />
              <AttemptList attempts={letter.attempts_made} />
              <LetterBody letter={letter} />
            </div>
            <div>
              <JobFacts job={letter.job_record} />
              <FactList
                name="Source"
                facts={letter.source_facts}
                missing="No attempt has looked at it."
              />
              <HeaderTable headers={letter.headers} />
            </div>
          </div>
          <section>
            <h3>History</h3>
            <AuditTable entries={letter.history} ofOneLetter />
          </section>
        </>
      )}
    </article>
  );
}
