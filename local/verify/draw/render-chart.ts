import { init, type EChartsOption } from 'echarts';
import type { Box } from './svg';
import { theme } from './theme';

/**
 * A chart as a piece of SVG at its place. ECharts draws without a browser
 * (https://echarts.apache.org/handbook/en/how-to/cross-platform/server); what only a living page
 * needs (hover styles, event targets) is taken out, and ids are the caller's, so that the same data
 * always give the same picture.
 */
export function renderChart(option: EChartsOption, box: Box, id: string): string {
  const { x, y, width, height } = box;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: theme.font, color: theme.faint },
      ...option,
    });
    const body = chart
      .renderToSVGString()
      .replace(/<style[\s\S]*?<\/style>/g, '')
      .replace(/^<svg[^>]*>\s*<rect[^>]*><\/rect>/, '')
      .replace(/<\/svg>\s*$/, '')
      .replace(/ (class|pointer-events|ecmeta_\w+|xml:space|stroke-miterlimit)="[^"]*"/g, '')
      .replace(/style="font-size:(\d+)px;font-family:[^"]*"/g, 'font-size="$1"')
      .replace(/<path d="[^"]*"(?: transform="[^"]*")? fill="none"><\/path>/g, '')
      .replace(/(\.\d)\d+/g, '$1')
      .replace(/zr\d+-/g, `${id}-`)
      .replace(/\n+/g, '\n')
      .trim();
    return `<g transform="translate(${x} ${y})">\n${body}\n</g>`;
  } finally {
    chart.dispose();
  }
}
