import { defineDeploy } from 'daybook/plugin'

/** The model as a function of AWS Lambda. */
export default defineDeploy({
  id: 'lambda',
  version: 1,
  summary: 'Packs the model as a function for AWS Lambda: one zip file, no layer, no native code.',
  description:
    'Handler `handler.handler`, any Node runtime from 20. It takes `{ "rows": [ … ] }`, as an event or as the body of a function URL or an API gateway (payload 2.0), and answers as `POST /predict` does.',
  params: {},
  async deploy(_, { name, packaging, write }) {
    const text = new TextEncoder()
    const module = await packaging.module()
    const files = new Map([
      ...[...module].filter(([path]) => path.endsWith('.js')),
      ['handler.mjs', text.encode(handler)],
      ['package.json', text.encode(`${JSON.stringify({ name, private: true, type: 'module' })}\n`)],
    ])
    const archive = await packaging.zip(files)
    for (const [path, bytes] of module) await write(`function/${path}`, bytes)
    await write('function/handler.mjs', handler)
    await write('function/package.json', files.get('package.json') as Uint8Array)
    await write('function.zip', archive)
    return { handler: 'handler.handler', bytes: archive.length }
  },
})

const handler = `import { digest, scoreBatch } from './index.js'

const json = (statusCode, body) => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** Scores \`{ "rows": [ … ] }\`, given as the event itself or as the body of an HTTP event. */
export async function handler(event) {
  const overHttp = event?.requestContext !== undefined
  try {
    const body = overHttp ? JSON.parse(textOf(event)) : event
    if (!Array.isArray(body?.rows)) throw Object.assign(new Error('\`{ "rows": [ … ] }\` is expected'), { code: 'ROW_BAD_BODY' })
    const answer = { predictions: scoreBatch(body.rows), model: { digest } }
    return overHttp ? json(200, answer) : answer
  } catch (thrown) {
    if (!overHttp) throw thrown
    if (thrown instanceof SyntaxError) return json(400, { error: 'the body is not JSON' })
    if (String(thrown.code).startsWith('ROW_')) return json(400, { error: thrown.message, code: thrown.code })
    console.error(thrown)
    return json(500, { error: 'the model failed' })
  }
}

function textOf({ body = '', isBase64Encoded = false }) {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body
}
`
