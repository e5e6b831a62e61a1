import { systemPath } from '../../servers/system-path';
import { findPrograms } from './find-programs';
import { findTool, type Tool } from './find-tool';

const kubectl: Tool = {
  name: 'kubectl',
  // Its kustomize (5) has components in overlays and does not fetch anything by itself.
  least: [1, 27],
  versionArguments: ['version', '--client', '--output=json'],
  debianPackage: 'kubectl',
  programInPackage: 'usr/bin/kubectl',
  install: 'install kubectl 1.27 or newer (kubernetes.io/docs/tasks/tools, or Debian 13: kubectl)',
};

/**
 * Path of a kubectl for `kubectl kustomize`: the machine's, else Debian's.
 *
 * @throws StackError with what to install where neither is to be had
 */
export function findKubectl(libraryDirectory: string, searchPath = systemPath): Promise<string> {
  return findTool(kubectl, findPrograms(searchPath, kubectl.name), libraryDirectory);
}
