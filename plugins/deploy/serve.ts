import { defineDeploy } from 'daybook/plugin'

/** How the run's model is to be served over HTTP, as a file: `daybook serve` and `daybook run --serve` read it. */
export default defineDeploy({
  id: 'serve',
  version: 1,
  summary: 'Writes how the model is served over HTTP; `daybook serve` starts it.',
  description:
    'Writes `serve.json` and starts nothing. `daybook serve RUN`, or `daybook run PAGE --serve`, listens as it says. A host that others can reach needs a token, which is read from the environment when the server starts and stands in no file.',
  params: {
    port: {
      type: 'integer',
      minimum: 0,
      maximum: 65535,
      default: 8080,
      description: 'Port to listen on; 0 takes any free one.',
      examples: [8080],
    },
    host: {
      type: 'string',
      minLength: 1,
      default: '127.0.0.1',
      description: 'Address to listen on. The default is reached from this machine alone.',
      examples: ['127.0.0.1', '0.0.0.0'],
    },
    tokenVariable: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      default: 'DAYBOOK_TOKEN',
      description: 'Environment variable that holds the token that requests must bring.',
      examples: ['DAYBOOK_TOKEN'],
    },
    maxRows: {
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      default: 1000,
      description: 'Most rows of one request.',
      examples: [1000],
    },
    timeoutMs: {
      type: 'integer',
      minimum: 100,
      maximum: 600000,
      default: 10000,
      description: 'Time for a request to arrive in full, in milliseconds.',
      examples: [10000],
    },
    maxBatchSize: {
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      default: 256,
      description: 'Most rows of concurrent requests that are scored together; 1 scores each request alone.',
      examples: [256],
    },
    maxDelayMs: {
      type: 'integer',
      minimum: 0,
      maximum: 1000,
      default: 0,
      description: 'Time that a request waits for others to be scored with; 0 waits for none that has not arrived.',
      examples: [2],
    },
    maxQueue: {
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      default: 1024,
      description: 'Most requests that wait to be scored; what comes on top is refused with 503 and Retry-After.',
      examples: [1024],
    },
    receipts: {
      enum: ['none', 'signed'],
      default: 'none',
      description:
        '`signed`: each decision of /predict is written down in a signed chain before it is answered, and answers carry the ids. `daybook serve` asks for the key.',
      examples: ['signed'],
    },
  },
  async deploy({ port, host, tokenVariable, maxRows, timeoutMs, receipts, ...batching }, ctx) {
    const configuration = {
      format: 1,
      name: ctx.name,
      model: ctx.model.digest,
      port,
      host,
      tokenVariable,
      maxRows,
      timeoutMs,
      batching,
      receipts,
    }
    await ctx.write('serve.json', `${JSON.stringify(configuration, null, 2)}\n`)
    return { configuration: 'serve.json', port, maxRows, timeoutMs }
  },
})
