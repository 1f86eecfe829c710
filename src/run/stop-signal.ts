/**
 * An abort signal that also looks at a shared flag whenever it is asked: `signal.aborted` and `signal.throwIfAborted()`
 * see it in the middle of a loop, where no message and no event could arrive.
 */
export function stopSignal(stop: Int32Array, controller: AbortController): AbortSignal {
  const { signal } = controller
  const look = (): void => {
    if (Atomics.load(stop, 0) === 1) controller.abort()
  }
  const aborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as (
    this: AbortSignal,
  ) => boolean
  Object.defineProperties(signal, {
    aborted: {
      get(): boolean {
        look()
        return aborted.call(signal)
      },
    },
    throwIfAborted: {
      value(): void {
        look()
        AbortSignal.prototype.throwIfAborted.call(signal)
      },
    },
  })
  return signal
}
