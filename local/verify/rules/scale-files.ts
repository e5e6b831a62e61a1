import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { scaleDuration, scaleExpression } from './scale-durations';

const ruleSchema = z.looseObject({
  record: z.string().optional(),
  alert: z.string().optional(),
  expr: z.union([z.string(), z.number()]),
  annotations: z.record(z.string(), z.string()).optional(),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
});

const rulesSchema = z.looseObject({
  groups: z.array(z.looseObject({ name: z.string(), rules: z.array(ruleSchema) })),
});

export interface Rule {
  readonly kind: 'alert' | 'record';
  readonly name: string;
  /** As it is evaluated: scaled, when it was read from a scaled file. */
  readonly expression: string;
  /** Path of the dashboard that belongs to an alert. */
  readonly dashboard: string | undefined;
}

/** A rules file in which a minute lasts a second; its groups are evaluated as often as can be. */
export function scaleRules(text: string): string {
  const file = rulesSchema.parse(parse(text));
  const groups = file.groups.map(({ interval: _, ...group }) => ({
    ...group,
    rules: group.rules.map((rule) => ({
      ...rule,
      expr: scaleExpression(String(rule.expr)),
      ...(rule.for === undefined ? {} : { for: scaleDuration(rule.for) }),
      ...(rule.keep_firing_for === undefined
        ? {}
        : { keep_firing_for: scaleDuration(rule.keep_firing_for) }),
    })),
  }));
  return stringify({ ...file, groups });
}

/** What a rules file records and alerts about. */
export function rulesOf(text: string): Rule[] {
  return rulesSchema.parse(parse(text)).groups.flatMap(({ rules }) =>
    rules.map(({ alert, record, expr, annotations }) => ({
      kind: alert === undefined ? ('record' as const) : ('alert' as const),
      name: alert ?? record ?? '',
      expression: String(expr),
      dashboard: annotations?.['dashboard'],
    })),
  );
}

const waits = ['group_wait', 'group_interval', 'repeat_interval', 'resolve_timeout'];

/** Alertmanager's configuration in which a minute lasts a second. */
export function scaleAlertmanager(text: string): string {
  return stringify(scaleWaits(parse(text)));
}

function scaleWaits(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scaleWaits);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      waits.includes(key) ? scaleDuration(String(inner)) : scaleWaits(inner),
    ]),
  );
}
