import { stringify } from 'yaml';
import { yamlStyle } from './yaml-style';
import type { Scrape } from './scrapes';

/** How a place finds what it scrapes. */
export interface Place {
  /** First lines of the file, for whoever opens it. */
  readonly comment: string;
  readonly everySeconds: number;
  readonly ruleFiles: readonly string[];
  /** `host:port`; none where alerts are looked at and not sent. */
  readonly alertmanager: string | undefined;
  readonly scrapes: readonly Scrape[];
}

/** The configuration file (prometheus.io/docs, Configuration). */
export function prometheusConfig(place: Place): string {
  const config = {
    global: {
      scrape_interval: `${place.everySeconds}s`,
      scrape_timeout: `${Math.min(place.everySeconds, 10)}s`,
      evaluation_interval: `${place.everySeconds}s`,
    },
    rule_files: place.ruleFiles,
    ...(place.alertmanager === undefined
      ? {}
      : {
          alerting: { alertmanagers: [{ static_configs: [{ targets: [place.alertmanager] }] }] },
        }),
    scrape_configs: place.scrapes,
  };
  return `${place.comment.replace(/^/gm, '# ')}\n${stringify(config, yamlStyle)}`;
}
