import t from 'tap'
import { hashOf } from '../../src/serve/access.ts'
import { newToken, readTokens } from '../../src/serve/token-file.ts'
import { send } from './client.ts'
import { start } from './start.ts'

const body = { rows: [{ income: 2, purpose: 'car' }] }

t.test('a new token: its line holds its hash alone, and is read back', async (t) => {
  const { token, line } = newToken(['infer', 'metrics'], '2999-01-31', 'the\nmobile app')
  t.match(token, /^daybook_[\w-]{43}$/)
  t.notMatch(line, token)
  t.equal(line, `${hashOf(token).toString('hex')} infer,metrics until=2999-01-31 # the mobile app`)
  t.same(readTokens(`# ours\n\n${line}\r\n`, 'tokens.txt'), [
    { hash: hashOf(token), scopes: ['infer', 'metrics'], until: Date.UTC(2999, 0, 31) },
  ])
  t.not(newToken(['infer']).token, newToken(['infer']).token)
  t.throws(() => newToken(['root']), { code: 'SERVE_BAD_TOKEN', message: /`root` is no scope/ })
  t.throws(() => newToken(['infer'], 'soon'), { code: 'SERVE_BAD_TOKEN' })
})

t.test('a token file: all that is wrong, each at its line, no hash told in full', async (t) => {
  const hash = 'a'.repeat(64)
  const text = [
    `${hash} infer`,
    'secret infer',
    `${hash} infr`,
    `${hash} infer,`,
    `${hash} admin until=2026-02-30`,
    hash,
  ]
  try {
    readTokens(text.join('\n'), 'tokens.txt')
    t.fail('it is refused')
  } catch (thrown) {
    const { all } = thrown as { all: { code: string; at: { line: number }; message: string; hint: string }[] }
    t.same(
      all.map(({ code, at }) => [code, at.line]),
      [2, 3, 4, 5, 6].map((line) => ['SERVE_BAD_TOKEN', line]),
    )
    t.match(all[1]?.hint, 'Did you mean `infer`?')
    for (const { at, message } of all) t.notMatch(JSON.stringify([at, message]), hash)
  }
})

t.test('30: no token, a wrong one, one that has ended, one in the address', async (t) => {
  const [asks, reads, rules, ended, day] = [
    newToken(['infer']),
    newToken(['metrics']),
    newToken(['admin']),
    newToken(['infer'], '2020-01-01'),
    newToken(['infer'], '2999-01-01'),
  ]
  const stored = readTokens([asks, reads, rules, ended, day].map(({ line }) => line).join('\n'), 'tokens.txt')
  const { url, management } = await start(t, { tokens: () => stored, management: {} })
  const predict = (token: string | undefined, more = '') =>
    send(`${url}/predict${more}`, { body, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
  t.equal((await predict(asks.token)).status, 200)
  t.equal((await predict(day.token)).status, 200)
  for (const token of [
    undefined,
    'wrong',
    asks.line.split(' ')[0],
    ended.token,
    `${asks.token}x`,
    asks.token.slice(1),
  ]) {
    const { status, json, headers } = await predict(token)
    t.equal(status, 401)
    t.equal(json.error.code, 'SERVE_UNAUTHORIZED')
    t.equal(headers['www-authenticate'], 'Bearer')
  }
  for (const query of [`?token=${asks.token}`, `?access_token=${asks.token}`, `?authorization=Bearer%20${asks.token}`])
    t.equal((await predict(undefined, query)).status, 401)
  for (const { token } of [reads, rules]) {
    const { status, json } = await predict(token)
    t.equal(status, 403)
    t.equal(json.error.message, 'the token does not allow this: the scope `infer` is needed')
  }
  const manage = async (path: string, { token }: { token: string }, method = 'POST') =>
    (await send(`${management}${path}`, { method, headers: { authorization: `Bearer ${token}` } })).status
  t.equal(await manage('/metrics', reads, 'GET'), 200)
  t.equal(await manage('/metrics', asks, 'GET'), 403)
  t.equal(await manage('/v2/repository/index', rules), 200)
  t.equal(await manage('/v2/repository/index', reads), 403)
  t.equal(await manage('/v2/repository/models/loans/unload', asks), 403)
  t.equal((await send(`${management}/metrics`)).status, 401)
  t.equal((await send(`${management}/health/live`)).status, 200)
})

t.test('tokens are read again while the server runs', async (t) => {
  const [before, after] = [newToken(['infer']), newToken(['infer'])]
  let stored = readTokens(before.line, 'tokens.txt')
  const { url } = await start(t, { tokens: () => stored })
  const status = async ({ token }: { token: string }) =>
    (await send(`${url}/predict`, { body, headers: { authorization: `Bearer ${token}` } })).status
  t.same([await status(before), await status(after)], [200, 401])
  stored = readTokens(after.line, 'tokens.txt')
  t.same([await status(before), await status(after)], [401, 200])
})
