/** Whether a stream is a terminal whose reader wants colour (https://no-color.org). */
export function inColor(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['NO_COLOR'] === undefined;
}
