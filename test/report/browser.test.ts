import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import t from 'tap'
import { runPage } from '../../src/index.ts'
import { renderReport } from '../../src/report/index.ts'
import { chromiumPath, launchChromium, noChromium } from '../browser.ts'
import { root } from '../root.ts'
import { goodRun } from './fixture.ts'

t.test('the report in a browser without JavaScript', { skip: chromiumPath ? false : noChromium }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-report-'))
  const { record, read } = goodRun()
  const file = join(folder, 'report.html')
  await writeFile(file, await renderReport(record, read))
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await rm(folder, { recursive: true })
  })

  const open = async (options: Parameters<typeof browser.newPage>[0]): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      javaScriptEnabled: false,
      ...options,
    })
    const page = await context.newPage()
    page.on('console', (message) => t.fail(`console: ${message.text()}`))
    page.on('pageerror', (error) => t.fail(`error: ${error.message}`))
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) t.fail(`request: ${request.url()}`)
    })
    await page.goto(pathToFileURL(file).href)
    return page
  }
  /** Whether anything is drawn wider than the window. */
  const overflows = async (page: Page): Promise<boolean> => {
    const box = await page.locator('main').boundingBox()
    const width = page.viewportSize()?.width ?? 0
    return box === null || box.x + box.width > width
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(colorScheme, async (t) => {
      const page = await open({ colorScheme })
      const shot = await page.screenshot({ path: join(folder, `${colorScheme}.png`), fullPage: true })
      t.ok(shot.length > 100_000, 'something is drawn')
      t.equal(await page.locator('h1').textContent(), 'loan-approval')
      t.equal(await page.locator('svg[role=img]').count(), 8)
      t.equal(await page.locator('nav').isVisible(), true)
      t.notOk(await overflows(page))
    })
  }

  await t.test('light and dark differ, print is light', async (t) => {
    const backgrounds: string[] = []
    for (const options of [
      { colorScheme: 'light' },
      { colorScheme: 'dark' },
      { colorScheme: 'dark', media: 'print' },
    ] as const) {
      const context = await browser.newContext({ colorScheme: options.colorScheme })
      const page = await context.newPage()
      await page.goto(pathToFileURL(file).href)
      if ('media' in options) await page.emulateMedia({ media: 'print' })
      backgrounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'))
      if ('media' in options) t.equal(await page.locator('nav').isVisible(), false)
    }
    t.same(backgrounds, ['rgb(247, 245, 241)', 'rgb(20, 23, 27)', 'rgb(255, 255, 255)'])
  })

  await t.test('a narrow window', async (t) => {
    const page = await open({ viewport: { width: 390, height: 800 } })
    t.notOk(await overflows(page))
    t.equal(await page.locator('nav').isVisible(), false)
  })

  await t.test('keyboard: the first stop skips to the page, disclosures open', async (t) => {
    const page = await open({})
    await page.keyboard.press('Tab')
    t.equal(await page.locator(':focus').textContent(), 'Skip to the page')
    const summary = page.locator('details > summary').first()
    await summary.focus()
    await page.keyboard.press('Enter')
    t.equal(await page.locator('details[open]').count(), 1)
  })

  await t.test('printing gives pages', async (t) => {
    const page = await open({})
    const pdf = await page.pdf({ format: 'A4' })
    t.equal(pdf.subarray(0, 5).toString(), '%PDF-')
  })

  await t.test('the report of a real run', async (t) => {
    const overrides = ['data.with.rows=1500', 'algorithm.with.trees=20', 'evaluate.folds=2']
    const run = runPage(join(root, 'pipelines', 'loan-approval.yaml'), {
      store: join(folder, 'store'),
      threads: 1,
      overrides,
    })
    let step = await run.next()
    while (!step.done) step = await run.next()
    const { report } = step.value
    await copyFile(report as string, file)
    const page = await open({ colorScheme: 'light' })
    await page.screenshot({ path: join(folder, 'real.png'), fullPage: true })
    t.equal(await page.locator('h1').textContent(), 'loan-approval')
    t.ok((await page.locator('svg[role=img]').count()) >= 6, 'curves are drawn')
    t.ok((await page.locator('svg.bars').count()) >= 10, 'columns are drawn')
    t.notOk(await overflows(page))
  })
})
