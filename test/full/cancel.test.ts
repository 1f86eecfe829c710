import t from 'tap'
import { everySubject, fit, rowsToLearn } from '../plugins/algorithm/every.ts'
import { notFull } from './full.ts'

t.test(
  'a training on many rows ends when it is cancelled, wherever it is',
  { skip: notFull, timeout: 900_000 },
  async (t) => {
    for (const subject of await everySubject()) {
      const data = rowsToLearn(subject.task, subject.id === 'svm' ? 10_000 : 60_000, 20)
      for (const milliseconds of [1, 50, 400]) {
        const controller = new AbortController()
        const timer = setTimeout(() => controller.abort(), milliseconds)
        let ended = 'by itself'
        try {
          await fit(subject, data, {}, { signal: controller.signal })
        } catch (thrown) {
          ended = (thrown as Error).name
        }
        clearTimeout(timer)
        const expected = controller.signal.aborted ? ['AbortError', 'by itself'] : ['by itself']
        t.ok(expected.includes(ended), `${subject.name}, after ${milliseconds} ms: ${ended}`)
      }
      const before = new AbortController()
      before.abort()
      if (subject.id !== 'knn')
        await t.rejects(
          fit(subject, data, {}, { signal: before.signal }),
          { name: 'AbortError' },
          `${subject.name}, before it began`,
        )
    }
  },
)
