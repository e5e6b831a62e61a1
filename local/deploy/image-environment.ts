/** What the image sets for every entry; a deployment's own environment comes on top. */
export const imageEnvironment = { NODE_ENV: 'production' } as const;
