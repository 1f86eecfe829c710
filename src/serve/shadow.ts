import { labelsOf, type RawRows, type Scored } from '../model/index.ts'
import type { Entry } from './catalog.ts'
import type { ShadowTally } from './tallies.ts'

/** Requests that wait for the challenger at most: it gets the time that is left. */
const mostWaiting = 64

/**
 * Lets the challenger score rows that the champion has answered, and counts how the scores differ. The rows are let go
 * as soon as they are scored; nothing that goes wrong here reaches a client.
 */
export function shadow(rows: RawRows, scored: Scored, champion: Entry, challenger: Entry, tally: ShadowTally): void {
  if (challenger.batcher.waiting >= mostWaiting) {
    tally.dropped += scored.rows
    return
  }
  setImmediate(() => {
    try {
      challenger.batcher.score(rows, (error, other) => {
        if (other === undefined || error !== undefined) tally.dropped += scored.rows
        else compare(scored, other, champion, challenger, tally)
      })
    } catch {
      tally.dropped += scored.rows
    }
  })
}

function compare(a: Scored, b: Scored, champion: Entry, challenger: Entry, tally: ShadowTally): void {
  tally.rows += a.rows
  const [textsA, textsB] = [predictionTexts(a, champion), predictionTexts(b, challenger)]
  for (let row = 0; row < a.rows; row++) if (textsA[row] !== textsB[row]) tally.different++
  const sameForm = a.output === b.output && a.values.length === b.values.length
  const classesA = champion.served.model.signature.classes
  const classesB = challenger.served.model.signature.classes
  if (!sameForm || classesA.join('\0') !== classesB.join('\0')) return
  const width = a.values.length / a.rows
  for (let row = 0; row < a.rows; row++) {
    let most = 0
    for (let i = row * width; i < (row + 1) * width; i++) {
      most = Math.max(most, Math.abs((a.values[i] as number) - (b.values[i] as number)))
    }
    tally.distance.add(most)
  }
}

/** Predictions in a form that versions with other classes share. */
function predictionTexts(scored: Scored, { served }: Entry): readonly (string | number)[] {
  if (scored.output === 'values') return [...scored.values]
  const { classes } = served.model.signature
  return Array.from(labelsOf(scored, classes.length), (code) => classes[code] ?? code)
}
