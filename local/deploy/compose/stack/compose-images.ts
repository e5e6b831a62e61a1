import { z } from 'zod';
import { StackError } from '../../../stack-error';
import { type StandInName, standInNames } from '../stand-ins/stand-in-images';
import type { ComposeStack } from './compose-stack';

const configSchema = z.object({
  services: z.record(z.string(), z.object({ image: z.string().optional() })),
});

/** The images that the compose file names for what stand-ins are made of. */
export async function composeImages(stack: ComposeStack): Promise<Record<StandInName, string>> {
  const { stdout } = await stack.compose(['config', '--format', 'json']);
  const { services } = configSchema.parse(JSON.parse(stdout));
  const image = (name: StandInName): string => {
    const found = services[name]?.image;
    if (found === undefined) throw new StackError(`docker-compose.yml: ${name} has no image`);
    return found;
  };
  return Object.fromEntries(standInNames.map((name) => [name, image(name)])) as Record<
    StandInName,
    string
  >;
}
