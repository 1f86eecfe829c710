import type { FitContext } from 'daybook/plugin'

/** Gives the event loop a turn, so that a cancel can arrive, and ends the work if one did. */
export async function turn({ signal }: FitContext): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
  signal.throwIfAborted()
}
