import t from 'tap'
import { KernelPool, type Kernels, trainingKernels } from '../../src/kernels/index.ts'

const BLOCKS = 64
const BLOCK = 500

/** Scales the numbers from 0 up, block by block, each block by its own factor. */
function scaled(kernels: Kernels): Float32Array {
  const n = BLOCKS * BLOCK
  return kernels.scope(2 * 4 * n, (memory) => {
    const from = memory.put(Float32Array.from({ length: n }, (_, i) => i % 1000))
    const out = memory.f32(n)
    const calls = Array.from({ length: BLOCKS }, (_, b) => {
      const at = 4 * b * BLOCK
      return [out.byteOffset + at, from.byteOffset + at, b + 1, BLOCK]
    })
    for (let round = 0; round < 20; round++) kernels.parallel('scale', calls)
    return Float32Array.from(out)
  })
}

const expected = Float32Array.from({ length: BLOCKS * BLOCK }, (_, i) => (i % 1000) * (Math.floor(i / BLOCK) + 1))

t.test('every call is made once, whatever the threads', async (t) => {
  const pool = new KernelPool()
  t.teardown(() => pool.close())
  for (const threads of [1, 2, 3, 8, 2]) {
    const kernels = trainingKernels({ pool, threads })
    t.equal(kernels.threads, threads)
    t.same(scaled(kernels), expected, `${threads} threads`)
    kernels.close()
    await new Promise((resolve) => setTimeout(resolve, 20)) // lets threads start and come back to their loop
  }
  t.equal(pool.size, 7, 'threads are started once')
})

t.test('calls are shared out among the threads, in any order and at any pace', async (t) => {
  for (const stress of [1, 2, 3]) {
    const pool = new KernelPool({ stress })
    const kernels = trainingKernels({ pool, threads: 3 })
    scaled(kernels) // starts the threads
    await new Promise((resolve) => setTimeout(resolve, 300))
    t.same(scaled(kernels), expected, `seed ${stress}`)
    kernels.close()
    await pool.close()
  }
})

t.test('memory that grew is there on every thread', async (t) => {
  const pool = new KernelPool()
  t.teardown(() => pool.close())
  const kernels = trainingKernels({ pool, threads: 3 })
  scaled(kernels)
  await new Promise((resolve) => setTimeout(resolve, 300))
  for (const megabytes of [1, 8, 64]) {
    const bytes = megabytes * 2 ** 20
    kernels.scope(bytes + 16, (memory) => {
      const out = memory.u8(bytes)
      const part = bytes / 16
      const calls = Array.from({ length: 16 }, (_, i) => [out.byteOffset + i * part, (i * part) / 4, part / 4])
      kernels.parallel('treeNumberRows', calls)
      const words = new Uint32Array(out.buffer, out.byteOffset, bytes / 4)
      t.notOk(
        words.some((word, i) => word !== i),
        `${megabytes} MB`,
      )
    })
  }
  kernels.close()
})

t.test('after close the caller does all calls itself', async (t) => {
  const pool = new KernelPool()
  t.teardown(() => pool.close())
  const kernels = trainingKernels({ pool, threads: 2 })
  kernels.close()
  t.same(scaled(kernels), expected)
  t.equal(pool.size, 0, 'no thread was started for it')
})

t.test('a kernel that fails on any thread fails the batch, and the next batch works', async (t) => {
  const pool = new KernelPool()
  t.teardown(() => pool.close())
  const kernels = trainingKernels({ pool, threads: 2 })
  const beyond = Array.from({ length: 4 }, () => [2 ** 32 - 65536, 0, 4096])
  t.throws(() => kernels.parallel('treeNumberRows', beyond), { message: /treeNumberRows failed/ })
  t.same(scaled(kernels), expected)
  kernels.close()
})

t.test('wrong calls are refused', (t) => {
  const pool = new KernelPool()
  const kernels = trainingKernels({ pool, threads: 2 })
  t.throws(() => kernels.parallel('nothing', [[1], [2]]), TypeError)
  t.throws(() => kernels.parallel('scale', [[1], [2, 3]]), TypeError)
  t.throws(() => trainingKernels().parallel('nothing', [[1]]), TypeError)
  kernels.close()
  t.end()
})
