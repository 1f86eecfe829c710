import type { State } from '../../plugin/api.ts'
import { decodeState, encodeState } from '../../plugin/codec.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'

/** Fits on one case; `how` asks for other threads or other memory, which must not change the state. */
type Fit<Case> = (one: Case, how?: { threads?: number; memory?: 0 | 1 }) => Promise<State>

interface Named {
  readonly name: string
}

/** What holds for every plugin that fits a state: equal input gives equal bytes. */
export function sameBytes<Case extends Named>(cases: readonly Case[], fit: Fit<Case>): Check {
  return {
    name: 'fitting twice gives the same bytes, with 1 and 3 threads',
    async *run() {
      for (const one of cases) {
        const first = fingerprint(encodeState(await fit(one)))
        if (first !== fingerprint(encodeState(await fit(one, { memory: 1 })))) yield `${one.name}: two fits differ`
        if (first !== fingerprint(encodeState(await fit(one, { threads: 3 }))))
          yield `${one.name}: 3 threads give another state than 1`
      }
    },
  }
}

/** A state does the same after the codec, and under the kernels for training, as it does fresh. */
export function sameWhenStored<Case extends Named>(
  cases: readonly Case[],
  fit: Fit<Case>,
  use: (one: Case, state: State, kernels?: 'training') => Promise<unknown>,
  said: { readonly name: string; readonly stored: string; readonly training: string },
): Check {
  return {
    name: said.name,
    async *run() {
      for (const one of cases) {
        const state = await fit(one)
        const expected = fingerprint(await use(one, state))
        if (expected !== fingerprint(await use(one, decodeState(encodeState(state)))))
          yield `${one.name}: ${said.stored}`
        if (expected !== fingerprint(await use(one, state, 'training'))) yield `${one.name}: ${said.training}`
      }
    },
  }
}
