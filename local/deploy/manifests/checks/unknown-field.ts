import * as ts from 'typescript';
import type { ManifestFinding } from '../check';
import { nameOf } from '../model/kubernetes-object';
import type { Rendered } from '../model/rendered';
import { modelFile } from '../model-file';

/** Name of a file that is nowhere: only its import of each kind's interface is looked at. */
const importing = 'kinds-of-the-manifests.ts';

/**
 * Fields that the interface of a kind does not have, at whatever depth: a misspelt one, and one at
 * the wrong level. The API server drops such a field with a warning, and JSON schemas of
 * Kubernetes allow any.
 */
export function unknownField(folders: readonly Rendered[], repository: string): ManifestFinding[] {
  const typeOf = interfaces(folders, repository);
  return folders.flatMap(({ overlay, objects }) =>
    objects.flatMap((object) => {
      const found = typeOf(modelFile(repository, object));
      // A kind that nobody knows is found by the check "schema".
      if (found === undefined) return [];
      const where = `${overlay}: ${nameOf(object)}`;
      return unknownIn(found.checker, object, found.type, '').map((path): ManifestFinding => ({
        check: 'unknown-field',
        where,
        problem: `${object.kind} of ${object.apiVersion} has no field ${path}`,
      }));
    }),
  );
}

interface Interface {
  readonly checker: ts.TypeChecker;
  readonly type: ts.Type;
}

/** The interfaces of all kinds, read once. */
function interfaces(
  folders: readonly Rendered[],
  repository: string,
): (model: string | undefined) => Interface | undefined {
  const models = new Set(
    folders.flatMap(({ objects }) =>
      objects.flatMap((object) => modelFile(repository, object) ?? []),
    ),
  );
  const names = [...models];
  const text = names
    .map((model, index) => {
      const name = model.slice(model.lastIndexOf('/') + 1);
      return `import type { I${name} } from '${model}.js'; export type K${index} = I${name};`;
    })
    .join('\n');
  const { checker, file } = compile(text);
  const exported = checker.getExportsOfModule(moduleOf(checker, file));
  return (model) => {
    const symbol = exported.find(({ name }) => name === `K${names.indexOf(model ?? '')}`);
    return symbol && { checker, type: checker.getDeclaredTypeOfSymbol(symbol) };
  };
}

function compile(text: string): { readonly checker: ts.TypeChecker; readonly file: ts.SourceFile } {
  const options: ts.CompilerOptions = {
    strict: true,
    types: [],
    lib: ['lib.es5.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const file = ts.createSourceFile(importing, text, ts.ScriptTarget.ES2023, true);
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => (name === importing ? file : read(name, ...rest));
  const program = ts.createProgram([importing], options, host);
  return { checker: program.getTypeChecker(), file };
}

function moduleOf(checker: ts.TypeChecker, file: ts.SourceFile): ts.Symbol {
  const symbol = checker.getSymbolAtLocation(file);
  if (symbol === undefined) throw new Error('no manifest is of a kind that has a model');
  return symbol;
}

/** Paths, as `spec.template.spec.containers[0].imagePulPolicy`. */
function unknownIn(checker: ts.TypeChecker, value: unknown, type: ts.Type, path: string): string[] {
  if (typeof value !== 'object' || value === null || isFree(type)) return [];
  // Of several shapes that a field may have, the one that fits best is meant.
  const [best = []] = alternatives(type)
    .filter(({ flags }) => (flags & ts.TypeFlags.Object) !== 0)
    .map((one) => unknownInObject(checker, value, one, path))
    .sort((a, b) => a.length - b.length);
  return best;
}

function unknownInObject(
  checker: ts.TypeChecker,
  value: object,
  type: ts.Type,
  path: string,
): string[] {
  if (Array.isArray(value)) {
    const of = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    if (of === undefined) return [];
    return value.flatMap((item, index) => unknownIn(checker, item, of, `${path}[${index}]`));
  }
  return Object.entries(value).flatMap(([key, field]: [string, unknown]) => {
    const fieldPath = path === '' ? key : `${path}.${key}`;
    const of = typeOfField(checker, type, key);
    return of === undefined ? [fieldPath] : unknownIn(checker, field, of, fieldPath);
  });
}

function typeOfField(checker: ts.TypeChecker, type: ts.Type, key: string): ts.Type | undefined {
  const property = checker.getPropertyOfType(type, key);
  if (property !== undefined) return checker.getTypeOfSymbol(property);
  return checker.getIndexTypeOfType(type, ts.IndexKind.String);
}

const alternatives = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type]);

/** Whether anything may stand there, as in the values of a custom resource's template. */
const isFree = (type: ts.Type): boolean =>
  alternatives(type).some(({ flags }) => (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0);
