/** KEDA on the depth of a queue, as the HorizontalPodAutoscaler that it makes carries it out. */
export interface Scaling {
  readonly leastReplicas: number;
  readonly mostReplicas: number;
  /** Messages per replica that are wished for, ready and unacked ones. */
  readonly messagesPerReplica: number;
  /** Time between two looks; the autoscaler's default is 15 s. */
  readonly everySeconds: number;
  /** The highest wish of so long counts before replicas go (default 300 s). */
  readonly stabilizationSeconds: number;
  /** After one replica has gone, the next one goes so much later at the earliest. */
  readonly secondsPerFewerReplica: number;
  /** From the decision to a consumer that takes messages. */
  readonly startSeconds: number;
}

/**
 * How many replicas a queue's depth asks for: depth over target, rounded up; up at once, down only
 * when nothing within the stabilisation window asked for more
 * (kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Algorithm details").
 */
export class Scaler {
  #fewerAtSeconds = -Infinity;
  #wishes: { readonly atSeconds: number; readonly replicas: number }[] = [];

  constructor(private readonly scaling: Scaling) {}

  /** @param current replicas that work or will soon */
  wanted(nowSeconds: number, depth: number, current: number): number {
    const { leastReplicas, mostReplicas, messagesPerReplica, stabilizationSeconds } = this.scaling;
    const wish = Math.ceil(depth / messagesPerReplica);
    const replicas = Math.min(mostReplicas, Math.max(leastReplicas, wish));
    const since = nowSeconds - stabilizationSeconds;
    this.#wishes = this.#wishes.filter(({ atSeconds }) => atSeconds >= since);
    this.#wishes.push({ atSeconds: nowSeconds, replicas });
    const wanted = Math.max(...this.#wishes.map((one) => one.replicas));
    if (wanted >= current) return wanted;
    if (nowSeconds < this.#fewerAtSeconds + this.scaling.secondsPerFewerReplica) return current;
    this.#fewerAtSeconds = nowSeconds;
    return current - 1;
  }
}
