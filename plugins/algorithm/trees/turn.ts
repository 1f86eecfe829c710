import type { FitContext } from 'daybook/plugin'

/** Lets the event loop take a turn, so that a cancel can arrive, and ends the work if one did. */
export function turnOf({ signal }: FitContext): () => Promise<void> {
  return async () => {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    signal.throwIfAborted()
  }
}
