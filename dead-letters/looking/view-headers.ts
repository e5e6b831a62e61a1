import { headerNames } from '../../contracts/headers';
import { deeperThan, shownLevels } from './nesting';
import { shownTextBytes } from './view-body';

export type HeadersView = Record<string, unknown>;

/** The headers of a letter as they are shown; as one text where they nest too deep for that. */
export function viewHeaders(headers: string): HeadersView {
  const parsed = JSON.parse(headers) as HeadersView;
  if (!deeperThan(parsed, shownLevels)) return parsed;
  return { '(nested too deep)': headers.slice(0, shownTextBytes) };
}

/** The trace that a message names; null when it names none. */
export function traceIdIn(headers: HeadersView): string | null {
  const traceId = headers[headerNames.traceId];
  return typeof traceId === 'string' ? traceId : null;
}
