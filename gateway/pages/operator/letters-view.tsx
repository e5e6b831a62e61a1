import { useContext, useState } from 'preact/hooks';
import type { LetterFilter } from '../../../dead-letters/selection';
import { NowContext, useApi } from './contexts';
import { filterParameters, includesGroup, withoutGroup } from './filter';
import { FilterForm } from './filter-form';
import { GroupTable } from './group-table';
import { ImportButton } from './import-button';
import { LetterList } from './letter-list';
import { Problem } from './problem';
import { letters } from './words';
import { useLoad } from './use-load';
import type { Orders } from './use-orders';

interface Props {
  readonly filter: LetterFilter;
  readonly orders: Orders;
}

/** The first screen: what died, in groups, and the letters that the filter finds. */
export function LettersView({ filter, orders }: Props) {
  const api = useApi();
  const [refreshed, setRefreshed] = useState(0);
  const refresh = () => {
    setRefreshed((last) => last + 1);
  };
  const version = `${orders.version} ${refreshed}`;
  const wider = withoutGroup(filter);
  const question = filterParameters(wider).toString();
  // Groups follow by themselves; a list that moved under somebody's pointer would not be nice.
  const now = useContext(NowContext);
  const groups = useLoad(`${question} ${version} ${now}`, (signal) =>
    api.listGroups(wider, signal),
  );
  const all = groups.value?.groups;
  const found = all?.filter((group) => includesGroup(filter, group));
  const count = found?.reduce((sum, group) => sum + group.count, 0);
  return (
    <>
      <div class="heading">
        <h2>
          Why messages died{' '}
          {all && all.length > 0 && (
            <span class="quiet">
              {letters(all.reduce((sum, group) => sum + group.count, 0))} in {all.length}{' '}
              {all.length === 1 ? 'group' : 'groups'}
            </span>
          )}
        </h2>
        <div class="buttons">
          <ImportButton onImported={refresh} />
          <button type="button" class="secondary outline" onClick={refresh}>
            Refresh
          </button>
        </div>
      </div>
      <Problem words={groups.problem} />
      {all && <GroupTable groups={all} filter={filter} />}
      <FilterForm filter={filter} groups={all ?? []} />
      <LetterList
        key={filterParameters(filter).toString()}
        filter={filter}
        count={count}
        version={version}
        orders={orders}
      />
    </>
  );
}
