import type { ImageTarget } from './image-target';

/** One line of what a container of the image sees on its root filesystem. */
export interface FileEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Permission bits with setuid, setgid and sticky, as chmod(1) takes them. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: number;
}

/** The part of `docker image inspect` that is checked; names are the engine's. */
export interface ImageInspection {
  readonly Size: number;
  readonly Config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[] | null;
    readonly WorkingDir: string;
    readonly Labels: Readonly<Record<string, string>> | null;
    readonly Healthcheck?: { readonly Test: readonly string[] };
  };
  readonly RootFS: { readonly Layers: readonly string[] };
}

export interface BuiltImage {
  readonly target: ImageTarget;
  readonly inspection: ImageInspection;
  /** Of the base image, in bytes. */
  readonly baseBytes: number;
  /** The commands that made it, as anybody can read them who has the image. */
  readonly history: readonly string[];
  readonly files: readonly FileEntry[];
  /** `name version`. */
  readonly debianPackages: readonly string[];
}

export interface LockedPackage {
  readonly development: boolean;
  /** Left out on a platform that it is not for. */
  readonly optional: boolean;
}

/** What an image has to agree with. */
export interface Product {
  readonly version: string;
  /** The commit that it is built from, in full. */
  readonly revision: string;
  /** `packages` of package-lock.json, by path below the checkout. */
  readonly lockedPackages: ReadonlyMap<string, LockedPackage>;
}
