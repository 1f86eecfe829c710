import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { send } from '../serve/client.ts'
import { daybook, ended, folderWith, says, smallPage, start } from './daybook.ts'

t.test('decisions that were served are proven from the run, and from a package alone', async (t) => {
  const folder = await folderWith(t, {
    'small.yaml': smallPage.replace('deploy: [serve]', 'deploy: [{ use: serve, with: { receipts: signed } }]'),
  })
  const cwd = { cwd: folder }
  t.equal((await daybook(['run', 'small.yaml'], cwd)).code, 0)
  t.equal((await daybook(['key', 'new', 'a.key'], { ...cwd, env: { DAYBOOK_KEY_PASSPHRASE: undefined } })).code, 0)
  t.match(
    await daybook(['serve', 'small', '--port', '0', '--no-management'], { ...cwd, env: { DAYBOOK_KEY: undefined } }),
    {
      code: 2,
      stderr: /SIGN_NO_KEY/,
    },
  )
  const child = start(
    ['serve', 'small', '--port', '0', '--no-management', '--receipts', 'r.ndjson', '--receipt-key', 'a.key'],
    cwd,
  )
  const [, url] = await says(child, /on (http:\/\/\S+)/)
  const row = {
    amount: 6700,
    termMonths: 60,
    purpose: 'education',
    income: 970,
    employmentType: 'unemployed',
    employmentYears: 0,
    housing: 'rent',
    region: 'east',
    creditHistoryMonths: 41,
    openAccounts: 3,
    utilisation: 0.505,
    delinquencies24m: 0,
    inquiries6m: 0,
    debtRatio: 0.216,
    savings: 9590,
    existingCustomer: true,
  }
  const answer = await send(`${url}/predict?reasons=3&of=no`, { body: { rows: [row, row] } })
  t.equal(answer.status, 200, answer.text)
  const stopped = ended(child)
  child.kill('SIGTERM')
  t.equal((await stopped).code, 0)
  const [id] = answer.json.receipts
  await writeFile(join(folder, 'row.json'), JSON.stringify(row))
  const prove = (...more: string[]) => daybook(['prove', 'r.ndjson', '--key', 'a.key.pub', ...more], cwd)
  const whole = await prove()
  t.match(whole, { code: 0, stdout: /2 decisions, 2 of them signed\nso +the chain is whole up to [0-9a-f]{64}/ })
  const one = await prove('--receipt', id, '--row', 'row.json', '--package', 'small')
  t.match(one, { code: 0, stdout: /it is of this row\nso +the model answers so again, to the bit: \{"prediction"/ })
  const packed = await daybook(['package', 'small', '--out', 'packed'], cwd)
  t.equal(packed.code, 0, packed.stderr)
  const json = await prove('--receipt', id, '--row', 'row.json', '--package', './packed', '--json')
  t.match(JSON.parse(json.stdout), { ok: true, verdict: 'proven', sameRow: true, sameAnswer: true, signed: 2 })
  t.match(await prove('--receipt', 'abc', '--row', 'row.json'), { code: 2, stderr: /64 hex digits/ })
  t.match(await prove('--row', 'row.json'), { code: 2, stderr: /--receipt ID and --row FILE/ })
  const text = await readFile(join(folder, 'r.ndjson'), 'utf8')
  await writeFile(join(folder, 'r.ndjson'), text.replace('"prediction":"', '"prediction":"x'))
  t.match(await prove('--receipt', id), {
    code: 4,
    stderr: /does not go on from the line before[\s\S]*there is no receipt/,
  })
})
