import { defineDeploy } from 'daybook/plugin'

/** The model with a small HTTP server, as what `docker build` takes. */
export default defineDeploy({
  id: 'docker',
  version: 1,
  summary: 'Writes a build context: the model with a small HTTP server, not run as root, with a health check.',
  description:
    'The server needs nothing but Node, so `node server.mjs` works without Docker too: `POST /predict`, `GET /signature`, `GET /health/ready`. `PORT`, `HOST` and `DAYBOOK_TOKEN` are read from the environment; in a container others can reach it, so it wants a token. Name the base image by its digest to pin it to the byte.',
  params: {
    base: {
      type: 'string',
      pattern: '^[a-zA-Z0-9][a-zA-Z0-9._/:@-]*$',
      maxLength: 300,
      default: 'node:22.21.1-bookworm-slim',
      description: 'Base image, by version or by digest.',
      examples: ['node:22.21.1-bookworm-slim'],
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 8080,
      description: 'Port that the container listens on.',
      examples: [8080],
    },
  },
  async deploy({ base, port }, { name, model, packaging, write }) {
    for (const [path, bytes] of await packaging.module()) await write(`app/${path}`, bytes)
    await write('app/server.mjs', await packaging.server())
    await write('app/package.json', `${JSON.stringify({ name, private: true, type: 'module' }, null, 2)}\n`)
    await write('Dockerfile', dockerfile(base, port, name, model.digest))
    await write('.dockerignore', '*\n!app\n')
    return { base, port }
  },
})

function dockerfile(base: string, port: number, name: string, digest: string): string {
  return `FROM ${base}
LABEL org.opencontainers.image.title="${name}" daybook.model="${digest}"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=${port}
WORKDIR /app
COPY --chown=root:root app/ ./
USER node
EXPOSE ${port}
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["node", "-e", "fetch('http://127.0.0.1:${port}/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.mjs"]
`
}
