import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { letterFilterSchema } from '../../dead-letters/selection';
import { panelKinds, units } from './panel';
import { writtenDashboards } from './written-dashboards';

const root = join(__dirname, '../..');

const linkSchema = z.object({ url: z.string() });
const panelSchema = z.object({
  id: z.int(),
  type: z.enum(panelKinds),
  title: z.string().min(1),
  datasource: z.object({ uid: z.string() }),
  description: z.string(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int().positive(), h: z.int().positive() }),
  targets: z.array(z.object({ expr: z.string().min(1), legendFormat: z.string().min(1) })).min(1),
  fieldConfig: z.object({
    defaults: z.object({ unit: z.enum(units), links: z.array(linkSchema).optional() }),
  }),
  links: z.array(linkSchema).optional(),
});
type GrafanaPanel = z.infer<typeof panelSchema>;
const dashboardSchema = z.object({
  uid: z.string(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.unknown() })) }),
  panels: z.array(panelSchema),
});

const files = writtenDashboards();
/** As Grafana reads them. */
const dashboards = files.map(({ text }) => dashboardSchema.parse(JSON.parse(text)));

it('finds on disk the dashboards that the code has, and no other (npm run docs writes them)', () => {
  const folder = join(root, 'observability/grafana/dashboards');
  const onDisk = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name.endsWith('.json'))
    .map(({ name }) => ({
      path: `observability/grafana/dashboards/${name}`,
      text: readFileSync(join(folder, name), 'utf8'),
    }));
  expect(onDisk.sort(byPath)).toEqual([...files].sort(byPath));
});

it('gives every dashboard an address of its own', () => {
  expect(dashboards.map(({ uid }) => uid)).toEqual([
    'service',
    'queues',
    'workers',
    'gateway-and-auth',
  ]);
});

it('has every dashboard that an alert leads to', () => {
  const alerts = readFileSync(join(root, 'observability/prometheus/rules/alerts.yml'), 'utf8');
  const uids = [...alerts.matchAll(/^ *dashboard: (.+)$/gm)].map(([, address]) => address);
  expect(uids).not.toEqual([]);
  expect(dashboards.map(({ uid }) => `/d/${uid}`)).toEqual(expect.arrayContaining(uids));
});

describe.each(dashboards)('$uid', ({ panels, templating }) => {
  it('has as many panels as one looks through, each with its own number and title', () => {
    expect(panels.length).toBeGreaterThanOrEqual(10);
    expect(panels.length).toBeLessThanOrEqual(16);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  it('says of every panel what it shows and what to do when it is bad', () => {
    for (const { description } of panels) {
      expect(description).toMatch(/^\S.{20,}\.\n\n\*\*When it is bad:\*\* \S.{40,}[.?]$/s);
    }
  });

  it('fills every row of the grid, and no place twice', () => {
    expect(crowded(panels)).toEqual([]);
    expect(gaps(panels)).toEqual([]);
  });

  it('answers the ten-second questions with numbers in its first row', () => {
    const first = panels.filter(({ gridPos }) => gridPos.y === 0);
    expect(first.map(({ type }) => type)).toEqual(first.map(() => 'stat'));
  });

  it('uses every variable it offers, and offers every one it uses', () => {
    const used = JSON.stringify(panels).match(/\$\{?[a-z]\w*/g) ?? [];
    const offered = templating.list.map(({ name }) => name);
    const names = new Set(used.map((one) => one.replace(/^\$\{?/, '')));
    // Links to the operator's page stand above the panels too.
    expect([...names, 'operator_url'].sort()).toEqual(expect.arrayContaining(offered.sort()));
    expect(offered).toEqual(expect.arrayContaining([...names]));
  });
});

const ofDeadLetters = dashboards.flatMap(({ uid, panels }) =>
  panels
    .filter(({ targets }) => targets.some(({ expr }) => expr.includes('dead_letter')))
    .map((panel) => ({ uid, ...panel })),
);

describe.each(ofDeadLetters)('$uid: $title', ({ links, fieldConfig, targets }) => {
  const address = /^\$\{operator_url:raw\}\/operator#\/(audit)?(\?.*)?$/;

  it("leads to the operator's page", () => {
    expect(links?.map(({ url }) => url)).toEqual([expect.stringMatching(address)]);
    expect(fieldConfig.defaults.links?.map(({ url }) => url)).toEqual([
      expect.stringMatching(address),
    ]);
  });

  it('filters there by what its series are told apart by', () => {
    for (const { url } of fieldConfig.defaults.links ?? []) {
      for (const [name, value] of new URLSearchParams(url.split('?')[1] ?? '')) {
        expect(Object.keys(letterFilterSchema.shape)).toContain(name);
        expect(value).toBe(`\${__field.labels.${name}}`);
        for (const { legendFormat } of targets) expect(legendFormat).toContain(`{{${name}}}`);
      }
    }
  });
});

it('has panels about dead letters where somebody looks for them', () => {
  expect(new Set(ofDeadLetters.map(({ uid }) => uid))).toEqual(new Set(['service', 'queues']));
});

it("writes addresses as the operator's page reads them", () => {
  const route = readFileSync(join(root, 'gateway/pages/operator/route.ts'), 'utf8');
  expect(route).toContain('`#/?${parameters}`');
  expect(route).toContain("'#/audit'");
});

/** Cells of the grid that two panels claim, or that lie outside it. */
function crowded(panels: readonly GrafanaPanel[]): string[] {
  const taken = new Set<string>();
  return panels.flatMap((panel) =>
    cells(panel).filter((cell) => {
      const bad = taken.has(cell) || panel.gridPos.x + panel.gridPos.w > 24;
      taken.add(cell);
      return bad;
    }),
  );
}

/** Cells above the lowest panel's end that no panel fills. */
function gaps(panels: readonly GrafanaPanel[]): string[] {
  const taken = new Set(panels.flatMap(cells));
  const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  return cells({ gridPos: { x: 0, y: 0, w: 24, h: height } }).filter((cell) => !taken.has(cell));
}

function cells({ gridPos: { x, y, w, h } }: Pick<GrafanaPanel, 'gridPos'>): string[] {
  return Array.from({ length: w * h }, (_, index) => {
    return `${(x + (index % w)).toString()},${(y + Math.floor(index / w)).toString()}`;
  });
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path.localeCompare(b.path);
}
