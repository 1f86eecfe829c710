import { ReadStream } from 'node:tty'
import { fail } from '../base/errors.ts'

/** True where somebody sits at a terminal and can be asked. */
export function canAsk(): boolean {
  return process.stdin instanceof ReadStream && process.stdin.isTTY && process.stderr.isTTY === true
}

/**
 * Asks at the terminal for lines that are not shown as they are typed.
 *
 * @param next the next question, by the answers so far; undefined ends it
 * @throws DaybookError CLI_CANCELLED after Ctrl-C
 */
export function askHidden(next: (answers: readonly string[]) => string | undefined): Promise<readonly string[]> {
  const input = process.stdin as ReadStream
  const answers: string[] = []
  let line = ''
  return new Promise((resolve, reject) => {
    const end = (done: () => void) => {
      input.off('data', read)
      input.setRawMode(false)
      input.pause()
      done()
    }
    const ask = () => {
      const question = next(answers)
      if (question === undefined) end(() => resolve(answers))
      else process.stderr.write(question)
      return question !== undefined
    }
    const read = (typed: string) => {
      for (const sign of typed) {
        if (sign === '\u0003') {
          process.stderr.write('\n')
          return end(() => reject(fail('CLI_CANCELLED', {})))
        }
        if (sign === '\r' || sign === '\n' || sign === '\u0004') {
          process.stderr.write('\n')
          answers.push(line)
          line = ''
          if (!ask()) return
        } else if (sign === '\u007f' || sign === '\b') line = [...line].slice(0, -1).join('')
        else if (sign >= ' ') line += sign
      }
    }
    input.setRawMode(true) // before the question: what is typed early is not shown either
    input.setEncoding('utf8')
    input.on('data', read)
    input.resume()
    ask()
  })
}
