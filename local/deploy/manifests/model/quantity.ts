const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** A Kubernetes quantity (`500m`, `1Gi`) as a number; NaN for what the check "schema" refuses. */
export function quantity(text: string | number): number {
  const [, digits = '', unit = ''] = /^([\d.]+)([A-Za-z]*)$/.exec(String(text)) ?? [];
  return digits === '' ? NaN : Number(digits) * (factors[unit] ?? NaN);
}
