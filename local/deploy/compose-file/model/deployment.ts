import type { ComposeConfig } from './compose-config';

/** A path of the checkout that a container mounts. */
export interface MountedPath {
  readonly kind: 'file' | 'directory' | 'missing';
  /** Texts of the configuration in it, by name; that of a file is its own. */
  readonly texts: Readonly<Record<string, string>>;
}

/** All that is looked at, as plain values: a check is a function of it, and a mistake a change. */
export interface Deployment {
  readonly compose: ComposeConfig;
  /** What compose/generate-secrets.sh made, by the name of the file, without the last newline. */
  readonly secrets: Readonly<Record<string, string>>;
  /** By the path as compose names it. */
  readonly mounted: Readonly<Record<string, MountedPath>>;
  readonly image: ImageFacts;
  /** Lines of .gitignore. */
  readonly gitIgnored: readonly string[];
}

/** What the image says of itself; its files may be missing where only the compose file is looked at. */
export interface ImageFacts {
  readonly version: string;
  /** ENTRYPOINT of the Dockerfile. */
  readonly entrypoint: readonly string[] | undefined;
  /** Lines of .dockerignore; undefined without a Dockerfile. */
  readonly ignored: readonly string[] | undefined;
}
