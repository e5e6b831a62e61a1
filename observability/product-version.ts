/** As in package.json, which a running process need not have. */
export const productVersion = '0.2.0';
