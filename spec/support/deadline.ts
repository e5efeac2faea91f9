/**
 * Waits for a promise, but not for ever: after `ms` milliseconds it rejects with an error that
 * names `what` was awaited (a function is asked at that moment, to tell how far things had come).
 * This is the only timer in the specs; it is cleared as soon as the promise settles.
 */
export async function within<T>(
  promise: PromiseLike<T>,
  what: string | (() => string),
  ms = 10_000,
): Promise<T> {
  // Made here and not in the timer, so that its stack leads to the waiting line of the spec.
  const late = new Error()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      late.message = `Waited ${ms} ms in vain for ${typeof what === 'string' ? what : what()}`
      reject(late)
    }, ms)
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** A promise with its two handles outside. */
export interface Deferred<T> {
  promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
}

/** Makes a `Deferred`; a rejection that nobody awaits is not reported as unhandled. */
export function defer<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
