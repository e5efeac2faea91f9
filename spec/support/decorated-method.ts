import { Controller } from 'enfilade'

/** One method of a controller `C` with these decorators and these of its first parameter. */
export function method(
  decorators: readonly MethodDecorator[],
  parameters: readonly ParameterDecorator[] = [],
  prefix?: string,
): unknown {
  class C {
    m(..._args: unknown[]): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(C.prototype, 'm')!
  parameters.forEach((decorate) => decorate(C.prototype, 'm', 0))
  for (const decorate of decorators) decorate(C.prototype, 'm', descriptor)
  Controller(prefix)(C)
  return C
}
