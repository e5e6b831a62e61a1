import { deeperThan, shownLevels } from './nesting';
import { shownTextBytes } from './view-body';

export type HeadersView = Record<string, unknown>;

/** The headers of a letter as they are shown; as one text where they nest too deep for that. */
export function viewHeaders(headers: string): HeadersView {
  const parsed = JSON.parse(headers) as HeadersView;
  if (!deeperThan(parsed, shownLevels)) return parsed;
  return { '(nested too deep)': headers.slice(0, shownTextBytes) };
}
