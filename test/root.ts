import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute path of the checkout; tests run from `dist/test`. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const dataFolder = process.env.DAYBOOK_DATA ?? join(dirname(root), 'shared', 'data')

/** Folder of the real data sets, or undefined where it is absent: tests that need it skip with a message. */
export const sharedData: string | undefined = existsSync(join(dataFolder, 'german_credit.csv')) ? dataFolder : undefined

/** Why a test that needs {@link sharedData} is skipped. */
export const noSharedData = 'the real data sets are not here: name their folder in DAYBOOK_DATA'
