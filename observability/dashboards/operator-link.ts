/** A place on the operator's page (gateway/pages/operator/route.ts): what stands behind its `#`. */
export interface LetterAddress {
  readonly view: 'letters' | 'audit';
  /** Labels of a series that are filters of that view under the same name. */
  readonly filters: readonly ('queue' | 'reason')[];
}

/**
 * `:raw` because Grafana otherwise escapes the colon and the slashes of a variable in an address
 * (grafana.com/docs, "Variable syntax").
 */
const page = '${operator_url:raw}/operator';

/** Where a whole panel leads. */
export function panelAddress({ view }: LetterAddress): string {
  return view === 'letters' ? `${page}#/` : `${page}#/audit`;
}

/** Where one series of a panel leads: to the letters that it counts. */
export function seriesAddress(address: LetterAddress): string {
  if (address.filters.length === 0) return panelAddress(address);
  const query = address.filters.map((name) => `${name}=\${__field.labels.${name}}`).join('&');
  return `${panelAddress(address)}?${query}`;
}
