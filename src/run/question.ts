import type { JsonObject } from '../base/json.ts'
import type { Frame } from '../frame/index.ts'
import { encodeTarget, type Signature } from '../model/index.ts'
import type { PageFacts } from '../plan/index.ts'
import type { Defined, Registry, Task } from '../plugin/api.ts'
import { learnsTarget, type Question, taskOf } from '../spec/task.ts'
import { columnOf } from './split/row-keys.ts'

/** What the page asks of its data, and what its algorithm answers with. */
export interface AskedQuestion extends Question {
  readonly output: Signature['output']
}

/** @throws DaybookError what the registry throws */
export async function questionOf(page: PageFacts, frame: Frame, registry: Registry): Promise<AskedQuestion> {
  const plugin = await registry.find('algorithm', page.algorithm.use)
  const asked = taskOf(
    {
      ...(page.target && { target: page.target }),
      algorithm: { ...page.algorithm, kind: 'algorithm', id: 'train', plugin, path: [] },
    },
    frame,
  )
  return { ...asked, output: outputOf(asked.task, plugin.plugin, page.algorithm.params) }
}

function outputOf(
  task: Task,
  { output = 'probabilities' }: Defined<'algorithm'>,
  params: JsonObject,
): Signature['output'] {
  if (task === 'regression') return 'values'
  if (task === 'clustering') return 'clusters'
  if (task === 'anomaly') return 'scores'
  return typeof output === 'function' ? output(params) : output
}

/** What the target says of all rows: codes of `truth`, values, or nothing where the page names none. */
export function truthOf(page: PageFacts, frame: Frame, question: AskedQuestion): Int32Array | Float32Array {
  if (page.target === undefined) return new Int32Array(0)
  return encodeTarget(columnOf(frame, page.target.column), question.task, question.truth)
}

/** The target of all rows as the algorithm learns it: nothing in tasks that are learned without. */
export function targetOf(page: PageFacts, frame: Frame, question: AskedQuestion): Int32Array | Float32Array {
  return learnsTarget(question.task) ? truthOf(page, frame, question) : new Int32Array(0)
}
