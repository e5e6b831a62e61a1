/** What Grafana puts in for a dashboard's variables, and its own. */
export type Variables = Readonly<Record<string, readonly string[] | string>>;

const reference = /\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)\]\]|\$(\w+)/g;

/**
 * Puts values in for variables as Grafana's Prometheus data source does: several values become
 * an alternative of a regular expression, each of them escaped.
 *
 * @see https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/
 * @throws Error naming a variable that has no value
 */
export function substituteVariables(expression: string, variables: Variables): string {
  return expression.replace(
    reference,
    (whole, braced?: string, format?: string, bracketed?: string, plain?: string) => {
      const name = braced ?? bracketed ?? plain ?? '';
      const value = variables[name];
      if (value === undefined) throw new Error(`"${whole}" in "${expression}" is no variable`);
      if (typeof value === 'string') return value;
      if (format === 'csv') return value.join(',');
      if (format === 'pipe') return value.join('|');
      const escaped = value.map(escapeForRegularExpression);
      return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
    },
  );
}

/** Inside a PromQL string, a backslash stands for itself when it is written twice. */
function escapeForRegularExpression(value: string): string {
  return value.replace(/[\\^$*+?.()|[\]{}]/g, (character) => `\\\\${character}`);
}
