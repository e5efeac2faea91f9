import {
  Controller,
  guard,
  Use,
  WsContext,
  type WsMiddleware,
  type WsMiddlewareHandler,
  type WsNext,
} from 'enfilade'

/** What is accepted and what is not as middleware: checked by the compiler, never run. */
class Logging implements WsMiddlewareHandler {
  handle(_context: WsContext, next: WsNext): unknown {
    return next()
  }
}

class WithDependencies {
  constructor(readonly logging: Logging) {}
  async handle(context: WsContext, next: WsNext): Promise<unknown> {
    return [context.path, await next()]
  }
}

class NoHandle {
  run(): void {}
}

const asFunction: WsMiddleware = (context, next) => [context.event, next()]

@Controller()
@Use(asFunction, Logging, WithDependencies, guard(() => true))
export class Accepted {
  @Use(guard(async ({ session }) => session !== undefined, 401), (_context, next) => next())
  method(): void {}
}

export class Refused {
  // @ts-expect-error a class without a method handle
  @Use(NoHandle)
  noHandle(): void {}

  // @ts-expect-error an object is no class
  @Use(new Logging())
  instance(): void {}

  // @ts-expect-error a function of something else
  @Use((text: string) => text)
  otherFunction(): void {}

  // @ts-expect-error nothing to run
  @Use('auth')
  text(): void {}
}

// @ts-expect-error a predicate has to say yes or no
guard(() => 'yes')
// @ts-expect-error a code is a number
guard(() => true, '403')
