/** A value that is there now, or later. */
export type MaybePromise<T> = T | Promise<T>

/** Whether a value has to be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/**
 * Goes on with a value that may be a promise: at once when it is none, so that a handler without a
 * promise costs none.
 */
export function andThen<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value)
}

/**
 * Runs `work` and hands every failure, thrown or rejected, to `onError`: for hooks that have
 * nobody to answer to.
 *
 * @returns what to wait for; it never rejects
 */
export function guarded(
  work: () => unknown,
  onError: (error: unknown) => void,
): MaybePromise<void> {
  try {
    const result = work()
    if (isPromise(result)) {
      return Promise.resolve(result).then(() => undefined, onError)
    }
  } catch (error) {
    onError(error)
  }
}

/**
 * Runs `work`; what it throws or rejects with goes to `recover`, whose result, or throw, takes its
 * place.
 */
export function orElse<T>(
  work: () => MaybePromise<T>,
  recover: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const result = work()
    return isPromise(result) ? Promise.resolve(result).catch(recover) : result
  } catch (error) {
    return recover(error)
  }
}

/** Runs `work`, then `end`, whatever came of it. */
export function withEnd<T>(work: () => MaybePromise<T>, end: () => void): MaybePromise<T> {
  let result: MaybePromise<T>
  try {
    result = work()
  } catch (error) {
    end()
    throw error
  }
  if (isPromise(result)) return Promise.resolve(result).finally(end)
  end()
  return result
}

/**
 * Runs every work, also those after one that throws: the first failure rejects the whole, and none
 * of the others is left unseen.
 */
export function allOf<T>(works: readonly (() => MaybePromise<T>)[]): Promise<T[]> {
  return Promise.all(works.map((work) => new Promise<T>((resolve) => resolve(work()))))
}
