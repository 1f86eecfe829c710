import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { writeDocument } from '../../../src/report/documents/index.ts'
import { chromiumPath, launchChromium, noChromium } from '../../browser.ts'
import { goodRun } from '../fixture.ts'

t.test('the dossier in a browser without JavaScript', { skip: chromiumPath ? false : noChromium }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-dossier-'))
  const { record, read } = goodRun()
  const file = join(folder, 'dossier.html')
  await writeFile(file, await writeDocument('dossier', record, read))
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await rm(folder, { recursive: true })
  })
  const open = async (width: number, colorScheme: 'light' | 'dark' = 'light') => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      javaScriptEnabled: false,
      colorScheme,
    })
    const page = await context.newPage()
    page.on('console', (message) => t.fail(`console: ${message.text()}`))
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) t.fail(`request: ${request.url()}`)
    })
    await page.goto(pathToFileURL(file).href)
    return page
  }
  const right = async (page: Awaited<ReturnType<typeof open>>, selector: string): Promise<number> => {
    const boxes = await Promise.all((await page.locator(selector).all()).map((one) => one.boundingBox()))
    return Math.max(...boxes.map((box) => (box === null ? 0 : box.x + box.width)))
  }

  await t.test('contents beside the text, each of its links inside the file', async (t) => {
    const page = await open(1280)
    const [nav, main] = [await page.locator('nav').boundingBox(), await page.locator('main').boundingBox()]
    t.ok(nav && main && nav.x + nav.width <= main.x, 'they do not overlap')
    t.ok((await right(page, 'table.asked')) <= 1280)
    await page.locator('nav a', { hasText: '2(g)' }).click()
    const heading = await page.locator('#annex-iv-2-g').boundingBox()
    t.ok(heading && heading.y >= 0 && heading.y < 200, 'a link leads to its point')
  })

  await t.test('a narrow window', async (t) => {
    const page = await open(400)
    t.ok((await right(page, 'table.asked')) <= 400)
    t.equal(await page.locator('nav').isVisible(), true, 'the contents stand above')
  })

  await t.test('dark is dark, print is light, has contents and is not wider than its paper', async (t) => {
    const background = 'rgb(20, 23, 27)'
    const dark = await open(1280, 'dark')
    t.equal(await dark.evaluate('getComputedStyle(document.body).backgroundColor'), background)
    await dark.emulateMedia({ media: 'print' })
    t.equal(await dark.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)')
    t.equal(await dark.locator('nav').isVisible(), true)
    await dark.setViewportSize({ width: 760, height: 1000 })
    t.ok((await right(dark, 'table')) <= 760)
    t.ok((await dark.pdf({ format: 'A4' })).length > 50_000)
  })
})
