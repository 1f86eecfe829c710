// A process that runs a page in itself and kills itself at a step towards the disk: node run-to-step.js PAGE STORE STEP
// Step 0: it comes through, and says how many steps it took.
import { dirname } from 'node:path'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { InProcessExecutor, runPipeline } from '../../src/run/index.ts'
import { loadPipeline } from '../../src/spec/index.ts'
import { type OnStep, openStore } from '../../src/store/index.ts'
import { killAt, watch } from '../store/disk-faults.ts'

const [page = '', folder = '', step = '0'] = process.argv.slice(2)
const { taken, onStep: counting } = watch()
const killing = killAt(Number(step))
const onStep: OnStep = (name, path) => {
  counting(name, path)
  killing(name, path)
}
const registry = await openRegistry({ folder: dirname(page) })
const pipeline = await loadPipeline(page, { registry, env: process.env }, [])
const store = await openStore(folder, { onStep })
const running = runPipeline({
  pipeline,
  store,
  threads: 1,
  executor: () => new InProcessExecutor(store.objects, registry),
  report: async () => '<p>A report.</p>',
})
let next = await running.next()
for (; !next.done; ) next = await running.next()
process.stdout.write(JSON.stringify({ digest: next.value.record.digest, steps: taken.length }))
