/** Grafana's light theme, as near as a picture needs. */
export const theme = {
  page: '#f4f5f5',
  panel: '#ffffff',
  border: '#dfe1e5',
  text: '#24292e',
  faint: '#6c7075',
  grid: '#e9ebee',
  unfilled: '#f0f1f3',
  // In single quotes: it stands inside an attribute.
  font: "Inter, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
} as const;

/** For series that have no colour of their own, in Grafana's order of its classic palette. */
const palette = [
  '#56a64b',
  '#e0b400',
  '#3274d9',
  '#ff780a',
  '#e02f44',
  '#8f3bb8',
  '#37a2a2',
  '#b5651d',
  '#7d8a99',
  '#d6589f',
  '#9bbf3c',
  '#4a4fb0',
] as const;

export function paletteColor(index: number): string {
  return palette[index % palette.length] ?? palette[0];
}

const names: Readonly<Record<string, string>> = {
  green: '#37872d',
  orange: '#e0760b',
  yellow: '#d9a800',
  red: '#d1293d',
  blue: '#1f60c4',
  purple: '#8f3bb8',
};

/** One of Grafana's colour names, or a colour as it is. */
export function colorOf(name: string): string {
  const color = names[name.replace(/^(semi-dark|dark|light|super-light)-/, '')] ?? name;
  if (color.startsWith('#') || color.startsWith('rgb')) return color;
  throw new Error(`the colour "${name}" cannot be drawn`);
}
