import { parentPort } from 'node:worker_threads'
import { type Model, RowConformer } from '../model/index.ts'
import { clientError, statusOf } from './error-answer.ts'
import { jsonType } from './exchange.ts'
import { openSource } from './load-model.ts'
import { inference } from './protocol/inference.ts'
import { mlflow } from './protocol/mlflow.ts'
import { predict } from './protocol/predict.ts'
import type { Protocol } from './protocol/protocol.ts'
import { keyOf, type ThreadAnswer, type ThreadReply, type ThreadRequest } from './scoring-threads.ts'

// A scoring thread: reads bodies, scores their rows and writes the answers, as the server's own thread does.

interface Loaded {
  readonly model: Model
  readonly conformer: RowConformer
}

const protocols: readonly Protocol[] = [predict, inference, mlflow]
const loaded = new Map<string, Promise<Loaded>>()

parentPort?.on('message', (request: ThreadRequest) => {
  void take(request)
})

async function take(request: ThreadRequest): Promise<void> {
  const key = keyOf(request.source)
  if (request.ask === 'forget') {
    loaded.delete(key)
    return
  }
  const found = loaded.get(key) ?? load(request)
  loaded.set(key, found)
  if (request.ask === 'prepare') {
    await found.then(
      () => tell({ tell: 'prepared', source: request.source }),
      () => loaded.delete(key), // whoever serves it told so already: it loads there, or is not served
    )
    return
  }
  try {
    tell({ tell: 'answer', id: request.id, ...answer(request, await found) })
  } catch (thrown) {
    tell({ tell: 'fault', id: request.id, reason: thrown instanceof Error ? thrown.message : String(thrown) })
  }
}

async function load({ source }: ThreadRequest): Promise<Loaded> {
  const model = await openSource(source)
  return { model, conformer: new RowConformer(model.signature) }
}

function answer(
  { protocol: id, body, type, query, name, version, rows }: Extract<ThreadRequest, { ask: 'score' }>,
  { model, conformer }: Loaded,
): ThreadAnswer {
  const protocol = protocols.find((one) => one.name === id) as Protocol
  try {
    const asked = protocol.read(body, type, { served: { name, version, model }, rows, query })
    conformer.clear()
    conformer.add(asked.rows)
    const frame = conformer.frame()
    const scored = model.scoreConformed(frame)
    const reasons = asked.reasons && model.explain(frame, scored, asked.reasons)
    return { status: 200, type: jsonType, text: asked.answer(scored, { reasons }), rows: scored.rows }
  } catch (thrown) {
    const told = clientError(thrown)
    if (told.code === 'SERVE_FAULT') throw thrown
    return { status: statusOf(told), rows: 0, ...protocol.error(told) }
  }
}

function tell(reply: ThreadReply): void {
  parentPort?.postMessage(reply)
}
