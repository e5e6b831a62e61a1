type AsyncMethod = (...args: never[]) => Promise<unknown>;

type MethodOf<Target, Name extends keyof Target> = Extract<Target[Name], AsyncMethod>;

/**
 * Puts something around one method of an object that others hold already. In place, because the
 * same publisher serves the steps and the settling of deliveries.
 */
export function around<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  replacement: (
    original: () => ReturnType<MethodOf<Target, Name>>,
    ...args: Parameters<MethodOf<Target, Name>>
  ) => ReturnType<MethodOf<Target, Name>>,
): void {
  const original = target[name] as MethodOf<Target, Name>;
  target[name] = ((...args: Parameters<MethodOf<Target, Name>>) =>
    replacement(
      () => original.apply(target, args) as ReturnType<MethodOf<Target, Name>>,
      ...args,
    )) as Target[Name];
}
