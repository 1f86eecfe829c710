import { parentPort } from 'node:worker_threads'
import { collectSoon } from './collector.ts'
import type { LeaseMessage } from './pool.ts'
import { claimCalls, control, pauses, waitWhile } from './pool-control.ts'
import { functionsOf, wasm } from './webassembly.ts'

// Entry of a pool's thread: serves one lease after the other, in the order in which they were handed over.

parentPort?.on('message', (lease: LeaseMessage) => {
  serve(lease)
  collectSoon() // nothing else here ever makes the collector run
})

function serve(lease: LeaseMessage): void {
  const { control: words, module, memory, stress } = lease
  const instance = new wasm.Instance(module, { env: { memory } })
  const runner = {
    functions: functionsOf(module, instance.exports),
    memory,
    pause: stress === undefined ? undefined : pauses(stress),
  }
  let batch = 0
  for (;;) {
    batch = waitWhile(words, control.batch, batch)
    if (Atomics.load(words, control.ended) === 1) return
    claimCalls(lease, runner)
  }
}
