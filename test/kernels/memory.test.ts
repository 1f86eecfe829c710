import t from 'tap'
import { DaybookError } from '../../src/base/errors.ts'
import { alignUp, type Kernels, scoringKernels, trainingKernels } from '../../src/kernels/index.ts'

const both: [string, () => Kernels][] = [
  ['training', trainingKernels],
  ['scoring', scoringKernels],
]

for (const [name, make] of both) {
  t.test(`${name}: views are aligned, zeroed and apart from each other`, async (t) => {
    const kernels = make()
    const heapBase = (kernels.functions as { heapBase(): number }).heapBase()
    for (let round = 0; round < 2; round++) {
      kernels.scope(alignUp(12) + alignUp(8) + alignUp(5) + alignUp(8), (memory) => {
        const views = [memory.f32(3), memory.f64(1), memory.u8(5), memory.put(Int32Array.of(7, -7))]
        let end = heapBase
        for (const view of views) {
          t.equal(view.byteOffset % 16, 0)
          t.ok(view.byteOffset >= end, 'behind the one before')
          end = view.byteOffset + view.byteLength
        }
        t.same([...(views[0] ?? []), ...(views[1] ?? []), ...(views[2] ?? [])], [0, 0, 0, 0, 0, 0, 0, 0, 0])
        t.same([...(views[3] ?? [])], [7, -7])
        for (const view of views) view.fill(9)
      })
    }
  })

  t.test(`${name}: memory is free again after a scope, also after a throw and a rejection`, async (t) => {
    const kernels = make()
    const at = (): number => kernels.scope(16, (memory) => memory.u8(1).byteOffset)
    const first = at()
    t.throws(() => kernels.scope(64, () => fault('inside')), { message: 'inside' })
    t.equal(at(), first)
    await t.rejects(
      kernels.scope(64, async () => fault('later')),
      { message: 'later' },
    )
    t.equal(at(), first)
    t.equal(await kernels.scope(64, async () => 5), 5)
    t.equal(at(), first)
  })

  t.test(`${name}: a scope that asks for more than it said is a fault of the caller`, async (t) => {
    const kernels = make()
    t.throws(() => kernels.scope(16, (memory) => memory.f32(5)), TypeError)
    t.throws(() => kernels.scope(Number.NaN, () => 0), TypeError)
    let kept: { f32(length: number): Float32Array } | undefined
    kernels.scope(16, (memory) => {
      kept = memory
    })
    t.throws(() => kept?.f32(1), TypeError)
  })

  t.test(`${name}: what no memory can hold is a clear error`, async (t) => {
    const kernels = make()
    try {
      kernels.scope(2 ** 33, () => 0)
      t.fail('not refused')
    } catch (error) {
      t.ok(error instanceof DaybookError)
      t.equal((error as DaybookError).code, 'KERNEL_OUT_OF_MEMORY')
    }
    t.equal(
      kernels.scope(16, (memory) => memory.f32(4).length),
      4,
    )
  })
}

t.test('training: views stay where they are while inner scopes grow the memory', async (t) => {
  const kernels = trainingKernels()
  kernels.scope(16, (memory) => {
    const outer = memory.put(Float32Array.of(1, 2, 3, 4))
    kernels.scope(64 * 2 ** 20, (inner) => {
      inner.f64(8 * 2 ** 20).fill(7)
      ;(kernels.functions as unknown as { scale(...args: number[]): void }).scale(
        outer.byteOffset,
        outer.byteOffset,
        2,
        4,
      )
    })
    t.same([...outer], [2, 4, 6, 8])
  })
})

t.test('training: scopes may overlap in time', async (t) => {
  const kernels = trainingKernels()
  const first = gate()
  const second = gate()
  const one = kernels.scope(16, async (memory) => {
    const view = memory.put(Int32Array.of(1, 1, 1, 1))
    await first.promise
    return [...view]
  })
  const two = kernels.scope(16, async (memory) => {
    const view = memory.put(Int32Array.of(2, 2, 2, 2))
    await second.promise
    return [...view]
  })
  first.resolve()
  t.same(await one, [1, 1, 1, 1])
  kernels.scope(16, (memory) => memory.i32(4).fill(3)) // the first one's place is not free yet
  second.resolve()
  t.same(await two, [2, 2, 2, 2])
})

t.test('scoring: a second scope at the same time is refused, since growing would move the first', async (t) => {
  const kernels = scoringKernels()
  t.throws(() => kernels.scope(16, () => kernels.scope(16, () => 0)), TypeError)
  t.equal(
    kernels.scope(16, () => 1),
    1,
  )
})

t.test('instances share no memory', async (t) => {
  const [a, b] = [trainingKernels(), trainingKernels()]
  const view = a.scope(16, (memory) => memory.f32(4).fill(5))
  t.same([...b.scope(16, (memory) => memory.f32(4))], [0, 0, 0, 0])
  t.same([...view], [5, 5, 5, 5])
})

function fault(message: string): never {
  throw new Error(message)
}

function gate(): { promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
