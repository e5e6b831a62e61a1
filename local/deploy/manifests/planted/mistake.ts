import type { CheckName } from '../check';
import { type KubernetesObject, nameOf } from '../model/kubernetes-object';

/** One thing that a person could get wrong, and the check that must say so. */
export interface PlantedMistake {
  readonly name: string;
  /** The folder in which it is planted; `overlays/production` when left out. */
  readonly overlay?: string;
  readonly check: CheckName;
  /** Changes the objects given, or returns others. */
  readonly plant: (objects: readonly KubernetesObject[]) => readonly KubernetesObject[];
}

type Step = string | number;
/** What stands in the way of a path: anything that has fields. */
type Fields = Record<Step, unknown>;

/**
 * Sets one field of one object; `undefined` removes it, a function gets what is there.
 *
 * @throws Error when the object, or what the field is in, is not there: a mistake that cannot be
 * planted is found by nobody
 */
export function set(where: string, path: readonly Step[], value: unknown): PlantedMistake['plant'] {
  return (objects) => {
    const last = path.at(-1) ?? '';
    const name = `${where} ${path.join('.')}`;
    let fields = fieldsOf(find(objects, where), name);
    for (const step of path.slice(0, -1)) fields = fieldsOf(fields[step], name);
    if (typeof value === 'function')
      fields[last] = (value as (old: unknown) => unknown)(fields[last]);
    else if (value !== undefined) fields[last] = value;
    else if (last in fields) Reflect.deleteProperty(fields, last);
    else throw new Error(`${where} has no ${path.join('.')} to remove`);
    return objects;
  };
}

/** The same objects without one of them. */
export const without =
  (where: string): PlantedMistake['plant'] =>
  (objects) => {
    const found = find(objects, where);
    return objects.filter((object) => object !== found);
  };

/** One object more. */
export const adding =
  (object: KubernetesObject & Readonly<Record<string, unknown>>): PlantedMistake['plant'] =>
  (objects) => [...objects, object];

/** Changes of one mistake, one after the other. */
export const all =
  (...plants: readonly PlantedMistake['plant'][]): PlantedMistake['plant'] =>
  (objects) =>
    plants.reduce((changed, plant) => plant(changed), objects);

/** `ConfigMap/rabbitmq-conf-*` finds one whose name ends with a hash. */
function find(objects: readonly KubernetesObject[], where: string): KubernetesObject {
  const found = objects.find((object) =>
    where.endsWith('*') ? nameOf(object).startsWith(where.slice(0, -1)) : nameOf(object) === where,
  );
  if (found === undefined) throw new Error(`there is no ${where}`);
  return found;
}

function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null) throw new Error(`${path} leads nowhere`);
  return value as Fields;
}
