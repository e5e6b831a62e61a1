import { StackError } from './stack-error';

/**
 * The shell lines between the README's marks, as a reader would paste them.
 *
 * @param readme its text
 * @throws StackError when there are none
 */
export function readmeWalk(readme: string): string {
  const [, section = ''] = /<!-- walk:begin.*?-->(.*?)<!-- walk:end -->/s.exec(readme) ?? [];
  const blocks = [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, lines = '']) => lines);
  if (blocks.length === 0) {
    throw new StackError('README.md has no lines of shell between walk:begin and walk:end');
  }
  return blocks.join('\n');
}
