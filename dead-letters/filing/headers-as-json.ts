/** Headers of any shape as JSON text; bytes become `{"base64": …}`. */
export function headersAsJson(headers: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(headers, function (this: Record<string, unknown>, name, value: unknown) {
    // `value` of a Buffer has gone through its toJSON; the holder still has the Buffer.
    const original = this[name];
    if (original instanceof Uint8Array) {
      return { base64: Buffer.from(original).toString('base64') };
    }
    return typeof value === 'bigint' ? value.toString() : value;
  });
}
