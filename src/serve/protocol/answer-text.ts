import { labelsOf, type Scored, type Signature } from '../../model/index.ts'

/** Writes lists of a model's answers as JSON. Strings are escaped once a model; numbers are written as `JSON.stringify` does. */
export interface AnswerText {
  /** Predictions, a row each: class texts, values, numbers of clusters, or whether the row is an anomaly. */
  predictions(scored: Scored): string
  /** The other numbers of each row, and what they are called where rows are columns; undefined where there are none. */
  readonly numbers:
    | { readonly name: 'probabilities' | 'scores' | 'distances'; list(scored: Scored): string }
    | undefined
  /** The same a row each, as `daybook predict` and packages give it. */
  records(scored: Scored): string
}

type RowText = (scored: Scored, row: number) => string

const texts = new WeakMap<Signature, AnswerText>()

/** The writer for a signature; made once. */
export function answerText(signature: Signature): AnswerText {
  let text = texts.get(signature)
  if (text === undefined) {
    text = make(signature)
    texts.set(signature, text)
  }
  return text
}

function make({ classes, output, task }: Signature): AnswerText {
  const names = classes.map((name) => JSON.stringify(name))
  const label: (code: number) => string =
    output === 'clusters' ? String : task === 'anomaly' ? (code) => String(code === 1) : (code) => names[code] as string
  const predictionOf: (scored: Scored) => (row: number) => string = (scored) => {
    const { values } = scored
    if (output === 'values') return (row) => String(values[row])
    const labels = labelsOf(scored, classes.length)
    return (row) => label(labels[row] as number)
  }
  const numbers = numbersOf(output, names)
  return {
    predictions(scored) {
      const prediction = predictionOf(scored)
      return list(scored.rows, prediction)
    },
    numbers: numbers && { name: numbers.name, list: (scored) => list(scored.rows, (row) => numbers.text(scored, row)) },
    records(scored) {
      const prediction = predictionOf(scored)
      const rest: RowText = numbers
        ? (whole, row) => `"${numbers.one}":${numbers.text(whole, row)}`
        : ({ values }, row) => `"value":${values[row]}`
      return list(scored.rows, (row) => `{"prediction":${prediction(row)},${rest(scored, row)}}`)
    },
  }
}

function numbersOf(output: Signature['output'], names: readonly string[]) {
  const byClass: RowText = ({ values }, row) => {
    let text = ''
    const at = row * names.length
    for (let code = 0; code < names.length; code++)
      text += `${code === 0 ? '{' : ','}${names[code]}:${values[at + code]}`
    return `${text}}`
  }
  const single: RowText = ({ values }, row) => String(values[row])
  switch (output) {
    case 'probabilities':
      return { name: 'probabilities', one: 'probabilities', text: byClass } as const
    case 'scores':
      return { name: 'scores', one: 'score', text: names.length > 2 ? byClass : single } as const
    case 'clusters': {
      const text: RowText = ({ values }, row) => String(values[2 * row + 1])
      return { name: 'distances', one: 'distance', text } as const
    }
    case 'values':
      return undefined
  }
}

function list(rows: number, item: (row: number) => string): string {
  let text = '['
  for (let row = 0; row < rows; row++) text += row === 0 ? item(row) : `,${item(row)}`
  return `${text}]`
}
