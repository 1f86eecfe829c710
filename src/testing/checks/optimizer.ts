import type { JsonObject } from '../../base/json.ts'
import { nearlyEqual } from '../example-frame.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import type { Subject } from '../subject.ts'

/** Gradients of a step, from the parameters as they are. */
type Slope = (parameters: Float32Array, t: number) => readonly number[]

/** Where a walk ended, and what became of the gradients. */
interface Walked {
  readonly parameters: Float32Array
  readonly slots: readonly Float32Array[]
  readonly changedGradients: boolean
}

export function optimizerChecks(subject: Subject<'optimizer'>): Check[] {
  const { plugin } = subject
  const params =
    subject.generalParams ?? (plugin.example === undefined ? undefined : subject.fill(plugin.example.params))
  const start = [1, -2, 0.5, 3, -0.25]
  const bowl: Slope = (parameters) => [...parameters].map((value, i) => (1 + i) * value)
  const flat: Slope = (parameters) => [...parameters].map(() => 0)

  return [
    {
      name: 'example is true',
      async *run() {
        const { example } = plugin
        if (example === undefined) return yield 'there is no `example`'
        const slope: Slope = (_, t) => example.gradients[t - 1] as readonly number[]
        const { parameters } = await walk(
          subject,
          subject.fill(example.params),
          example.parameters,
          slope,
          example.gradients.length,
        )
        if (!nearlyEqual([...parameters], example.gives, example.tolerance ?? 1e-6))
          yield `it ends at ${JSON.stringify([...parameters])}, the example says ${JSON.stringify(example.gives)}`
      },
    },
    {
      name: 'the same gradients lead to the same bytes',
      async *run() {
        if (params === undefined) return
        const [one, two] = [await walk(subject, params, start, bowl, 20), await walk(subject, params, start, bowl, 20)]
        if (fingerprint(one) !== fingerprint(two)) yield 'two walks of 20 updates differ'
      },
    },
    {
      name: 'it goes downhill',
      async *run() {
        if (params === undefined) return
        const height = (at: ArrayLike<number>): number =>
          Array.from(at).reduce((sum, value, i) => sum + (1 + i) * value * value, 0)
        const { parameters } = await walk(subject, params, start, bowl, 50)
        if (!(height(parameters) < height(start)))
          yield `from ${height(start)} it gets to ${height(parameters)} in 50 updates on a bowl`
      },
    },
    {
      name: 'zero gradients keep everything finite, and gradients are not changed',
      async *run() {
        if (params === undefined) return
        for (const slope of [flat, bowl]) {
          const { parameters, slots, changedGradients } = await walk(subject, params, start, slope, 3)
          if (![parameters, ...slots].every((vector) => vector.every(Number.isFinite)))
            yield 'parameters or slots are not finite'
          if (changedGradients) yield 'update changed the gradients'
        }
      },
    },
  ]
}

/** Updates parameters from `start` so many times, in the memory of the kernels. */
async function walk(
  subject: Subject<'optimizer'>,
  params: JsonObject,
  start: readonly number[],
  slope: Slope,
  updates: number,
): Promise<Walked> {
  const { plugin } = subject
  const { kernels } = subject.context(params)
  const width = Math.ceil(start.length / 4) * 16
  return subject.call('update', () =>
    kernels.scope(width * (plugin.slots.length + 2), (memory) => {
      const parameters = memory.put(Float32Array.from(start))
      const gradients = memory.f32(start.length)
      const slots: Float32Array[] = plugin.slots.map(() => memory.f32(start.length))
      let changedGradients = false
      for (let t = 1; t <= updates; t++) {
        const given = Float32Array.from(slope(parameters, t))
        gradients.set(given)
        plugin.update({ parameters, gradients, slots, t }, params, kernels)
        changedGradients ||= fingerprint(given) !== fingerprint(gradients.slice())
      }
      return { parameters: parameters.slice(), slots: slots.map((slot) => slot.slice()), changedGradients }
    }),
  )
}
