/** What a PromQL expression names, found without a parser: enough for the ones written here. */
export interface ExpressionNames {
  readonly selectors: readonly Selector[];
  /** Labels in `by (…)`, `on (…)` and `group_left (…)`. */
  readonly grouping: readonly string[];
  /** Words that are neither: functions, keywords, and what should not be there. */
  readonly others: readonly string[];
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

const selector = /([a-zA-Z_:][\w:]*)\{([^}]*)\}/g;
const groups = /\b(?:by|on|group_left)\s*\(([^)]*)\)/g;

export function namesIn(expr: string): ExpressionNames {
  const rest = expr
    .replace(selector, ' ')
    .replace(groups, ' ')
    .replace(/\[[^\]]*\]/g, ' ');
  return {
    selectors: [...expr.matchAll(selector)].map(([, metric = '', matchers = '']) => ({
      metric,
      matchers: matchersIn(matchers),
    })),
    grouping: [...expr.matchAll(groups)].flatMap(([, labels = '']) => labels.match(/\w+/g) ?? []),
    others: rest.match(/[a-zA-Z_:][\w:]*/g) ?? [],
  };
}

function matchersIn(text: string): Matcher[] {
  return [...text.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
    ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
  );
}
