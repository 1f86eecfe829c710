import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Path of a Chromium, or undefined where there is none: browser tests skip with {@link noChromium}. */
export const chromiumPath: string | undefined = existsSync(path) ? path : undefined

/** Why a browser test is skipped. */
export const noChromium = 'no Chromium found: name one in CHROMIUM_PATH'

/** Starts a headless Chromium that asks nothing of the network by itself. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath as string,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}
