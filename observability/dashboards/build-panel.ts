import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  DashboardLinkBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Panel as GrafanaPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { panelAddress, seriesAddress } from './operator-link';
import type { Panel, Query, ValueWord } from './panel';
import { thresholdSteps } from './thresholds';
import { datasource } from './variables';

/** A panel as Grafana's SDK wants it, at its place on the dashboard. */
export function buildPanel(
  panel: Panel,
  id: number,
  place: { readonly x: number; readonly y: number; readonly height: number },
): Builder<GrafanaPanel> {
  const builder = ofKind(panel)
    .id(id)
    .title(panel.title)
    .description(`${panel.shows}\n\n**When it is bad:** ${panel.whenBad}`)
    .datasource(datasource)
    .gridPos({ x: place.x, y: place.y, w: panel.width, h: place.height })
    .targets(panel.queries.map((query, index) => target(panel, query, index)))
    .unit(panel.unit)
    .min(0);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.nothing !== undefined) builder.noValue(panel.nothing);
  if (panel.words !== undefined) builder.mappings(panel.words.map(mapping));
  if (panel.thresholds !== undefined) {
    builder.thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps(thresholdSteps(panel.thresholds)),
    );
  }
  if (panel.letters !== undefined) {
    builder.links([operatorLink('Dead letters', panelAddress(panel.letters))]);
    builder.dataLinks([operatorLink('Show these dead letters', seriesAddress(panel.letters))]);
  }
  return builder;
}

function ofKind(panel: Panel): Stat | TimeSeries | BarGauge | StateTimeline {
  switch (panel.kind) {
    case 'stat':
      return new Stat()
        .graphMode(BigValueGraphMode.None)
        .colorMode(BigValueColorMode.Value)
        .reduceOptions(latest())
        .colorScheme(valueColor(panel));
    case 'bargauge':
      return new BarGauge()
        .displayMode(BarGaugeDisplayMode.Basic)
        .orientation(VizOrientation.Horizontal)
        .reduceOptions(latest())
        .colorScheme(valueColor(panel));
    case 'state-timeline':
      return new StateTimeline().showValue(VisibilityMode.Never).legend(legend());
    case 'timeseries':
      return overTime(panel);
    default:
      return panel.kind satisfies never;
  }
}

function overTime({ stacked, thresholds }: Panel): TimeSeries {
  const builder = new TimeSeries()
    .fillOpacity(stacked === true ? 30 : 0)
    .showPoints(VisibilityMode.Never)
    .legend(legend())
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    );
  if (stacked === true) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  if (thresholds !== undefined) {
    builder.thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed),
    );
  }
  return builder;
}

/** A number of now is asked of now: the last one of a range may be an hour old. */
function target({ kind }: Panel, { expr, legend: format }: Query, index: number) {
  const query = new DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .datasource(datasource)
    .expr(expr)
    .legendFormat(format);
  return kind === 'stat' || kind === 'bargauge' ? query.instant() : query.range();
}

function latest() {
  return new ReduceDataOptionsBuilder().calcs(['lastNotNull']);
}

function legend() {
  return new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true);
}

/** Good and bad have colours; a number that is neither is blue. */
function valueColor({ thresholds, words }: Panel) {
  return thresholds === undefined && words === undefined
    ? new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue')
    : new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
}

function mapping({ from, to, word, color }: ValueWord) {
  return {
    type: MappingType.RangeToText as const,
    options: { from, to, result: { text: word, color, index: 0 } },
  };
}

function operatorLink(title: string, url: string) {
  return new DashboardLinkBuilder(title).url(url).targetBlank(true);
}
