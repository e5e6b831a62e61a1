import { z } from 'zod';
import type { Series } from './dashboards/recording';

const sampleSchema = z.tuple([z.number(), z.string()]);
const labelsSchema = z.record(z.string(), z.string());

const answerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(z.object({ metric: labelsSchema, values: z.array(sampleSchema) })),
      }),
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: labelsSchema, value: sampleSchema })),
      }),
      z.object({ resultType: z.literal('scalar'), result: sampleSchema }),
    ]),
  }),
]);

/** Prometheus' own words about an expression that it cannot answer. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
}

/** Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/). */
export class PrometheusClient {
  /** @param url ends without a slash */
  constructor(readonly url: string) {}

  /** What an expression is at one time, in seconds since the epoch. @throws QueryRefused */
  query(expression: string, atS?: number): Promise<Series[]> {
    return this.#ask('query', {
      query: expression,
      ...(atS === undefined ? {} : { time: String(atS) }),
    });
  }

  /** What an expression was over a time. @throws QueryRefused */
  queryRange(expression: string, fromS: number, toS: number, stepS: number): Promise<Series[]> {
    const range = { start: String(fromS), end: String(toS), step: String(stepS) };
    return this.#ask('query_range', { query: expression, ...range });
  }

  /** Names of the alerts that fire now, with their labels. */
  async firing(): Promise<Readonly<Record<string, string>>[]> {
    return (await this.query('ALERTS{alertstate="firing"}')).map(({ labels }) => labels);
  }

  async #ask(what: 'query' | 'query_range', parameters: Record<string, string>): Promise<Series[]> {
    const response = await fetch(`${this.url}/api/v1/${what}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(20_000),
    });
    const answer = answerSchema.parse(await response.json());
    if (answer.status === 'error') {
      throw new QueryRefused(`${answer.errorType}: ${answer.error} (${parameters['query'] ?? ''})`);
    }
    const { data } = answer;
    switch (data.resultType) {
      case 'matrix':
        return data.result.map(({ metric, values }) => ({
          labels: metric,
          points: values.map(point),
        }));
      case 'vector':
        return data.result.map(({ metric, value }) => ({ labels: metric, points: [point(value)] }));
      case 'scalar':
        return [{ labels: {}, points: [point(data.result)] }];
      default:
        return data satisfies never;
    }
  }
}

/** Prometheus writes numbers as text, because JSON has no infinity. */
function point([atS, text]: readonly [number, string]): [number, number] {
  const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
  return [atS, value];
}
