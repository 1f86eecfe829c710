import { parentPort, workerData } from 'node:worker_threads'
import { asDaybookError } from '../base/errors.ts'
import { KernelPool } from '../kernels/index.ts'
import { openRegistry } from '../plugin/open-registry.ts'
import { openStore } from '../store/index.ts'
import { guardRegistry } from './guard-plugin.ts'
import { Memo } from './memo.ts'
import { runTask } from './run-task.ts'
import { stopSignal } from './stop-signal.ts'
import type { Task } from './task.ts'
import type { Workplace } from './task-context.ts'
import { errorToPlain, type FromWorker, type ToWorker, type WorkerData } from './worker-messages.ts'

// Entry of a worker thread: opens store and registry when the first task comes, then runs one task at a time.

const port = parentPort
if (port === null) throw new Error('this file is the entry of a worker thread')
const { store, folder, sets, stop } = workerData as WorkerData
const send = (message: FromWorker): void => port.postMessage(message)
let workplace: Promise<Workplace> | undefined
let controller = new AbortController()

async function open(): Promise<Workplace> {
  const registry = await openRegistry({ folder, ...(sets && { sets }) })
  const { objects } = await openStore(store)
  return { objects, registry: guardRegistry(registry), memo: new Memo(), pool: new KernelPool() }
}

async function work(task: Task): Promise<void> {
  controller = new AbortController()
  try {
    workplace ??= open()
    const answer = await runTask(
      task,
      await workplace,
      (event) => send({ type: 'event', event }),
      stopSignal(stop, controller),
    )
    send({ type: 'answer', answer })
  } catch (thrown) {
    send({ type: 'error', error: errorToPlain(asDaybookError(thrown)) })
  }
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'abort') controller.abort()
  else void work(message.task)
})
