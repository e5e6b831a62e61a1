/** What `/metrics` says, apart from the values. */
export interface Exposition {
  /** Names that have a `# HELP` line. */
  readonly declared: ReadonlySet<string>;
  readonly series: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/**
 * Reads Prometheus' text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
 */
export function readExposition(text: string): Exposition {
  const declared = new Set<string>();
  const series: { name: string; labels: Record<string, string> }[] = [];
  for (const line of text.split('\n')) {
    const [, help] = /^# HELP (\S+)/.exec(line) ?? [];
    if (help !== undefined) declared.add(help);
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', labels = ''] = /^([\w:]+)(?:\{(.*)\})? \S+/.exec(line) ?? [];
    const pairs = labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
    series.push({
      name,
      labels: Object.fromEntries([...pairs].map(([, label = '', value = '']) => [label, value])),
    });
  }
  return { declared, series };
}
