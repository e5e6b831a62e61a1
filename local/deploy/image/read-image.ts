import { z } from 'zod';
import type { Engine } from '../engine/engine';
import type { BuiltImage, ImageInspection } from './built-image';
import type { ImageTarget } from './image-target';
import { findFormat, parseFiles } from './parse-files';

const words = z.array(z.string());
const inspections = z.tuple([
  z.object({
    Size: z.number(),
    Config: z.object({
      User: z.string(),
      Env: words,
      Entrypoint: words.nullable(),
      WorkingDir: z.string(),
      Labels: z.record(z.string(), z.string()).nullable(),
      Healthcheck: z.object({ Test: words }).optional(),
    }),
    RootFS: z.object({ Layers: words }),
  }),
]);

/** Everything the checks look at. Its files are listed by its own find(1), as root. */
export async function readImage(
  engine: Engine,
  target: ImageTarget,
  tag: string,
  baseTag: string,
): Promise<BuiltImage> {
  const within = async (program: string, ...args: string[]): Promise<string> => {
    const as = ['--rm', '--network', 'none', '--user', '0', '--entrypoint', program];
    return (await engine.docker(['run', ...as, tag, ...args])).stdout;
  };
  const history = await engine.docker(['history', '--no-trunc', '--format', '{{.CreatedBy}}', tag]);
  const packages = await within('dpkg-query', '--show', '--showformat', '${Package} ${Version}\\n');
  return {
    target,
    inspection: await inspect(engine, tag),
    baseBytes: (await inspect(engine, baseTag)).Size,
    history: lines(history.stdout),
    files: parseFiles(await within('find', '/', '-xdev', '-printf', findFormat)),
    debianPackages: lines(packages),
  };
}

export async function inspect(engine: Engine, tag: string): Promise<ImageInspection> {
  const { stdout } = await engine.docker(['image', 'inspect', tag]);
  const [{ Config, ...rest }] = inspections.parse(JSON.parse(stdout));
  const { Healthcheck, ...config } = Config;
  return {
    ...rest,
    Config: { ...config, ...(Healthcheck === undefined ? {} : { Healthcheck }) },
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
