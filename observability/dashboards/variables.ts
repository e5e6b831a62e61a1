import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Where the gateway is for somebody with a browser; a box on each dashboard takes another one. */
const operatorUrl = 'http://localhost:8080';

export const datasource = { type: 'prometheus', uid: '${datasource}' };

export type VariableName = 'datasource' | 'namespace' | 'queue' | 'operator_url';

export function variable(name: VariableName) {
  switch (name) {
    case 'datasource':
      return new DatasourceVariableBuilder(name).label('Data source').type('prometheus');
    case 'namespace':
      return labelValues(name, 'Namespace', 'build_info');
    case 'queue':
      return labelValues(name, 'Queue', 'queue:ready:sum');
    case 'operator_url':
      return new TextBoxVariableBuilder(name).label("Operator's page").defaultValue(operatorUrl);
    default:
      return name satisfies never;
  }
}

/** Every value that a label has in a metric; all of them until somebody chooses. */
function labelValues(label: string, title: string, metric: string) {
  const query = `label_values(${metric}, ${label})`;
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource(datasource)
    .query({ query, refId: label })
    .definition(query)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}
