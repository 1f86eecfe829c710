import type { JsonObject } from '../base/json.ts'
import type { Frame } from '../frame/index.ts'
import { encodeTarget, type Signature } from '../model/index.ts'
import type { PageFacts } from '../plan/index.ts'
import type { Defined, Registry } from '../plugin/api.ts'
import { type Question, taskOf } from '../spec/task.ts'
import { columnOf } from './split/row-keys.ts'

/** What the page asks of its data, and what its algorithm answers with. */
export interface AskedQuestion extends Question {
  readonly output: Signature['output']
  readonly hasClasses: boolean
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
  const hasClasses = asked.task === 'binary' || asked.task === 'multiclass'
  return { ...asked, hasClasses, output: hasClasses ? outputOf(plugin.plugin, page.algorithm.params) : 'values' }
}

function outputOf({ output = 'probabilities' }: Defined<'algorithm'>, params: JsonObject): Signature['output'] {
  return typeof output === 'function' ? output(params) : output
}

/** The target of all rows: class codes, values, or nothing where the page names none. */
export function targetOf(page: PageFacts, frame: Frame, question: AskedQuestion): Int32Array | Float32Array {
  if (page.target === undefined) return new Int32Array(0)
  return encodeTarget(columnOf(frame, page.target.column), question.task, question.classes)
}
