import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './variables';

/** What stands as vertical lines in every panel over time. */
export function annotations() {
  return [
    // The value is the time of the start, so that it is marked where it was, whatever the step.
    marks(
      'Deployments and restarts',
      'blue',
      'max by (namespace, job, version) (process_start_time_seconds{namespace=~"$namespace"} * on (namespace, job, instance) group_left (version) build_info{namespace=~"$namespace"}) * 1000',
    )
      .titleFormat('{{job}} started')
      .textFormat('version {{version}}, {{namespace}}')
      .useValueForTime(true),
    marks(
      'Replays',
      'purple',
      'sum by (namespace) (increase(dead_letters_acted_total{namespace=~"$namespace",action="replay"}[$__rate_interval])) > 0',
    )
      .titleFormat('Dead letters replayed')
      .textFormat('{{namespace}}'),
  ];
}

function marks(name: string, color: string, expr: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(expr);
}
