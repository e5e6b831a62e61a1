import type { Panel } from '../dashboards/dashboard';
import type { RecordedTarget } from '../dashboards/recording';
import { drawBarGauge } from './draw-bar-gauge';
import { drawStat } from './draw-stat';
import { drawStateTimeline } from './draw-state-timeline';
import { drawTimeSeries } from './draw-time-series';
import { seriesOver, valuesNow, type Frame } from './panel-content';
import { fitText, svgRectangle, svgText, textWidth, type Box } from './svg';
import { theme } from './theme';

const titleHeight = 30;
const titleSize = 13;

/** A panel with its frame and title. */
export function drawPanel(
  panel: Panel,
  recorded: readonly RecordedTarget[],
  frame: Frame,
  box: Box,
): string {
  const inner = {
    x: box.x + 12,
    y: box.y + titleHeight,
    width: box.width - 24,
    height: box.height - titleHeight - 10,
  };
  return [
    svgRectangle(box, theme.panel, { rx: 3, stroke: theme.border }),
    title(panel.title, box),
    content(panel, recorded, frame, inner),
  ].join('\n');
}

/** Smaller where it is long; cut only where that does not do. */
function title(text: string, box: Box): string {
  const room = box.width - 24;
  // Bold letters are wider than what textWidth knows.
  const wanted = textWidth(text, titleSize) * 1.08;
  const size = Math.max(10, Math.min(titleSize, (titleSize * room) / wanted));
  return svgText(fitText(text, size, room / 1.08), box.x + 12, box.y + 20, { size, weight: 600 });
}

function content(
  panel: Panel,
  recorded: readonly RecordedTarget[],
  frame: Frame,
  box: Box,
): string {
  const field = panel.fieldConfig.defaults;
  switch (panel.type) {
    case 'stat':
      return drawStat(valuesNow(panel, recorded), field, box);
    case 'bargauge':
      return drawBarGauge(valuesNow(panel, recorded), field, box);
    case 'state-timeline':
      return drawStateTimeline(seriesOver(panel, recorded, frame), field, frame, box);
    case 'timeseries': {
      // The plot reaches the frame; its own margins hold the labels.
      const wide = { ...box, x: box.x - 4, width: box.width + 8 };
      return drawTimeSeries(seriesOver(panel, recorded, frame), field, frame, wide);
    }
    default:
      return panel.type satisfies never;
  }
}
