import { parentPort } from 'node:worker_threads'
import { collectSoon } from './collector.ts'
import type { LeaseMessage } from './pool.ts'
import { claimCalls, control, pauses, waitWhile } from './pool-control.ts'
import { functionsOf, type Memory, wasm } from './webassembly.ts'

// Entry of a pool's thread: serves one lease after the other, in the order in which they were handed over.

parentPort?.on('message', (lease: LeaseMessage) => {
  serve(lease)
  collectSoon() // nothing else here ever makes the collector run
})

function serve(lease: LeaseMessage): void {
  const { control: words, module, memory, stress } = lease
  const instance = new wasm.Instance(module, { env: { memory } })
  const functions = functionsOf(module, instance.exports)
  const pause = stress === undefined ? undefined : pauses(stress)
  let batch = 0
  for (;;) {
    batch = waitWhile(words, control.batch, batch)
    if (Atomics.load(words, control.ended) === 1) return
    Atomics.add(words, control.active, 1)
    seeGrowth(memory, words)
    claimCalls(lease, functions, pause)
    if (Atomics.sub(words, control.active, 1) === 1) Atomics.notify(words, control.active)
  }
}

/** The engine tells a thread of grown memory when its code next looks for interrupts: a turn of this loop is such a look. */
function seeGrowth(memory: Memory, words: Int32Array): void {
  while (memory.buffer.byteLength < 65536 * Atomics.load(words, control.pages)) Atomics.load(words, control.ended)
}
