import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LetterFilter } from '../../../dead-letters/selection';
import type { AuditFilter } from './api';
import { filterParameters, readFilter } from './filter';

/** What the page shows; it stands behind the `#` of the address, so that it can be sent to somebody. */
export type Route =
  | { readonly kind: 'letters'; readonly filter: LetterFilter }
  | { readonly kind: 'letter'; readonly id: string }
  | { readonly kind: 'orders' }
  | { readonly kind: 'audit'; readonly filter: AuditFilter };

export function hrefOf(route: Route): string {
  switch (route.kind) {
    case 'letters': {
      const parameters = filterParameters(route.filter).toString();
      return parameters === '' ? '#/' : `#/?${parameters}`;
    }
    case 'letter':
      return `#/letters/${route.id}`;
    case 'orders':
      return '#/orders';
    case 'audit': {
      const parameters = new URLSearchParams({ ...route.filter }).toString();
      return parameters === '' ? '#/audit' : `#/audit?${parameters}`;
    }
    default:
      return route satisfies never;
  }
}

export function goTo(route: Route): void {
  location.hash = hrefOf(route);
}

function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const parameters = new URLSearchParams(query);
  const letter = /^letters\/([0-9a-f]{16})$/.exec(path)?.[1];
  if (letter !== undefined) return { kind: 'letter', id: letter };
  if (path === 'orders') return { kind: 'orders' };
  if (path === 'audit') return { kind: 'audit', filter: readAuditFilter(parameters) };
  return { kind: 'letters', filter: readFilter(parameters) };
}

function readAuditFilter(parameters: URLSearchParams): AuditFilter {
  const chosen = ['letter', 'job', 'order'].flatMap((name) => {
    const value = parameters.get(name) ?? '';
    return value === '' ? [] : [[name, value]];
  });
  return Object.fromEntries(chosen) as AuditFilter;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => {
      setHash(location.hash);
    };
    follow(); // It may have changed before anybody listened.
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('hashchange', follow);
    };
  }, []);
  return useMemo(() => readRoute(hash), [hash]);
}
