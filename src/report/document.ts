import { createHash } from 'node:crypto'
import { type Html, html, trusted } from './html.ts'
import { styleSheet } from './style.ts'

/**
 * A whole HTML document: no script, nothing loaded, one style sheet that the policy names by its hash, so that even markup
 * that slipped through could neither run nor fetch anything.
 */
export function htmlDocument(title: string, body: Html): string {
  const style = styleSheet.trim()
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
${body}
</body>
</html>`.text
  }
`
}
