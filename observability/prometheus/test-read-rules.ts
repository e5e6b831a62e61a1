import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';

export const rulesDirectory = join(__dirname, 'rules');

const alertSchema = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({
    summary: z.string(),
    description: z.string(),
    runbook: z.string(),
    dashboard: z.string(),
  }),
});
const recordSchema = z.strictObject({
  record: z.string(),
  expr: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
});
const fileSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.union([alertSchema, recordSchema])) })),
});
const casesSchema = z.object({
  tests: z.array(
    z.object({
      promql_expr_test: z.array(
        z.object({ expr: z.string(), exp_samples: z.array(z.object({ labels: z.string() })) }),
      ),
    }),
  ),
});

export type Alert = z.infer<typeof alertSchema>;
export type RecordingRule = z.infer<typeof recordSchema>;

const read = (name: string): unknown => parse(readFileSync(join(rulesDirectory, name), 'utf8'));

const rules = ['recording.yml', 'alerts.yml'].flatMap((name) =>
  fileSchema.parse(read(name)).groups.flatMap((group) => group.rules),
);
export const alerts = rules.filter((rule) => 'alert' in rule);
export const recordings = rules.filter((rule) => 'record' in rule);

export interface Expectation {
  readonly expr: string;
  /** Series that it must give, as they are written; none: it must give nothing. */
  readonly series: readonly string[];
}

/** What the cases in this file ask, and what they expect. */
export function expectationsIn(file: string): Expectation[] {
  return casesSchema
    .parse(read(file))
    .tests.flatMap((test) => test.promql_expr_test)
    .map(({ expr, exp_samples }) => ({ expr, series: exp_samples.map(({ labels }) => labels) }));
}

/** What a tool prints; a failure's message has its output in it. */
export async function run(file: string, ...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { timeout: 60_000 });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error });
  }
}
