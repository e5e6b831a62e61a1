import type { Field } from '../dashboards/dashboard';
import { colorOf } from './theme';
import { formatValue } from './format-value';

/** What a value is shown as: its word where it has one, else the number in the field's unit. */
export function wordOf(value: number, field: Field): string {
  return mapped(value, field)?.text ?? formatValue(value, field.unit);
}

/** The colour that the field gives to a value: of its word, of its threshold, or the fixed one. */
export function valueColor(value: number, field: Field): string {
  const word = mapped(value, field);
  if (word !== undefined) return colorOf(word.color);
  if (field.color?.mode === 'fixed') return colorOf(field.color.fixedColor ?? 'blue');
  const steps = field.thresholds?.steps ?? [];
  const step = steps.findLast(({ value: from }) => from === null || value >= from);
  return colorOf(step?.color ?? 'green');
}

/** Grafana's range mappings: both ends belong to them, null is no limit. */
function mapped(value: number, field: Field): { text: string; color: string } | undefined {
  return field.mappings.find(({ options: { from, to } }) => {
    return value >= (from ?? -Infinity) && value <= (to ?? Infinity);
  })?.options.result;
}
