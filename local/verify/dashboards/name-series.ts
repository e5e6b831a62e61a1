/**
 * What Grafana calls a series: the legend format with labels put in; without a format, the series
 * as Prometheus writes it.
 */
export function nameSeries(format: string, labels: Readonly<Record<string, string>>): string {
  if (format !== '' && format !== '__auto') {
    return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
  }
  const { __name__: name = '', ...rest } = labels;
  const pairs = Object.entries(rest).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${pairs.join(', ')}}`;
}
