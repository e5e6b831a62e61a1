import { readFileSync } from 'node:fs';
import type { StackConfig } from '../../stack-config';
import type { PrometheusClient } from '../prometheus-client';
import { rulesOf, scaleRules, type Rule } from '../rules/scale-files';
import { ruleFiles } from '../stack/monitoring';
import { hasData } from './has-data';

export interface RuleCheck extends Rule {
  /** Null when it found something over the run. */
  readonly problem: string | null;
}

/** Asks every expression of the rules over the run. */
export async function checkRules(
  config: StackConfig,
  prometheus: PrometheusClient,
  [fromS, toS]: readonly [number, number],
): Promise<RuleCheck[]> {
  const checks: RuleCheck[] = [];
  for (const path of ruleFiles(config)) {
    for (const rule of rulesOf(scaleRules(readFileSync(path, 'utf8')))) {
      const problem = await prometheus.queryRange(rule.expression, fromS, toS, 1).then(
        (found) => (hasData(found) ? null : 'found nothing over the whole run'),
        (error: unknown) => String(error),
      );
      checks.push({ ...rule, problem });
    }
  }
  return checks;
}
