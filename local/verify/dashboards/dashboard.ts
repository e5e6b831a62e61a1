import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { panelKinds } from '../../../observability/dashboards/panel';

/** The parts of Grafana's dashboard JSON that say what is asked and how it looks. */
const targetSchema = z.object({
  refId: z.string(),
  expr: z.string(),
  legendFormat: z.string().default(''),
  instant: z.boolean().default(false),
});

const stepSchema = z.object({ value: z.number().nullable(), color: z.string() });

const mappingSchema = z.object({
  options: z.object({
    from: z.number().nullable(),
    to: z.number().nullable(),
    result: z.object({ text: z.string(), color: z.string() }),
  }),
});

const fieldSchema = z.object({
  unit: z.string().default('short'),
  min: z.number().optional(),
  max: z.number().optional(),
  noValue: z.string().optional(),
  color: z.object({ mode: z.string(), fixedColor: z.string().optional() }).optional(),
  thresholds: z.object({ steps: z.array(stepSchema) }).optional(),
  mappings: z.array(mappingSchema).default([]),
  custom: z
    .object({
      fillOpacity: z.number().default(0),
      stacking: z.object({ mode: z.string() }).optional(),
      thresholdsStyle: z.object({ mode: z.string() }).optional(),
    })
    .default({ fillOpacity: 0 }),
});

const panelSchema = z.object({
  id: z.number(),
  title: z.string(),
  type: z.enum(panelKinds),
  description: z.string().default(''),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(targetSchema).min(1),
  fieldConfig: z.object({ defaults: fieldSchema, overrides: z.array(z.never()).default([]) }),
});

const annotationSchema = z.object({
  name: z.string(),
  iconColor: z.string().default('blue'),
  expr: z.string(),
  useValueForTime: z.boolean().default(false),
});

const dashboardSchema = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string().default(''),
  annotations: z.object({ list: z.array(annotationSchema) }).default({ list: [] }),
  panels: z.array(panelSchema).min(1),
});

export type Dashboard = z.infer<typeof dashboardSchema>;
export type Panel = z.infer<typeof panelSchema>;
export type Target = z.infer<typeof targetSchema>;
export type Field = z.infer<typeof fieldSchema>;
export type ThresholdStep = z.infer<typeof stepSchema>;

/** @throws Error naming the file, and what is there that cannot be drawn. */
export function readDashboard(path: string): Dashboard {
  const parsed = dashboardSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} cannot be drawn:\n${z.prettifyError(parsed.error)}`);
}
