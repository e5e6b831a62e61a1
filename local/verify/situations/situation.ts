import type { Scene } from '../stack/scene';

/** An alert that a situation is for; labels where one name stands for several. */
export interface ExpectedAlert {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Something that happens to the product, and who is to be told of it. */
export interface Situation {
  readonly name: string;
  /** None: no alert may fire while it lasts. */
  readonly alerts: readonly ExpectedAlert[];
  /** How long it lasts where nothing is waited for, in seconds. */
  readonly quietS?: number;
  /** Brings it about. @returns what ends it */
  begin(scene: Scene): Promise<() => Promise<void>>;
}
