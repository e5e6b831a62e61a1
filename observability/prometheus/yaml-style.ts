import type { CreateNodeOptions, DocumentOptions, ToStringOptions } from 'yaml';

/** As the repository's formatter would leave it, and without YAML's anchors. */
export const yamlStyle: ToStringOptions & CreateNodeOptions & DocumentOptions = {
  singleQuote: true,
  lineWidth: 0,
  aliasDuplicateObjects: false,
};
