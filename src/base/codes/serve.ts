import { table } from './code.ts'

/** Codes of the HTTP server: starting it, and requests that it refuses. */
export const serveCodes = table({
  SERVE_BAD_REQUEST: { message: '{reason}', exit: 1, http: 400 },
  SERVE_UNAUTHORIZED: {
    message: 'this server asks for a token',
    hint: 'Send it as `Authorization: Bearer <token>`.',
    exit: 1,
    http: 401,
  },
  SERVE_NOT_FOUND: {
    message: 'there is nothing at this address',
    hint: 'GET /openapi.json lists what there is.',
    exit: 1,
    http: 404,
  },
  SERVE_WRONG_METHOD: { message: 'this address takes {allowed} alone', exit: 1, http: 405 },
  SERVE_BODY_TOO_LARGE: {
    message: 'the body is larger than {limit} bytes',
    hint: 'Send fewer rows at a time.',
    exit: 1,
    http: 413,
  },
  SERVE_TOO_MANY_ROWS: {
    message: 'there are {rows} rows, at most {limit} are scored at a time',
    hint: 'Send fewer rows at a time.',
    exit: 1,
    http: 413,
  },
  SERVE_WRONG_MEDIA_TYPE: {
    message: 'the body is not JSON in UTF-8',
    hint: 'Send `Content-Type: application/json`.',
    exit: 1,
    http: 415,
  },
  SERVE_HEADERS_TOO_LARGE: { message: 'the headers are too large', exit: 1, http: 431 },
  SERVE_TIMEOUT: { message: 'the request did not arrive in time', exit: 1, http: 408 },
  SERVE_FAULT: { message: 'the server failed to answer', hint: 'Its log says why.', exit: 1, http: 500 },
  SERVE_NO_MODEL: {
    message: 'there is no such model or version here',
    hint: 'POST /v2/repository/index on the management port lists what there is.',
    exit: 1,
    http: 404,
  },
  SERVE_FORBIDDEN: {
    message: 'the token does not allow this: the scope `{scope}` is needed',
    exit: 1,
    http: 403,
  },
  SERVE_BUSY: {
    message: 'the server has more to do than it can',
    hint: 'Ask again after the seconds that Retry-After names.',
    exit: 1,
    http: 503,
  },
  SERVE_NOT_LOADED: {
    message: 'the model was not loaded, what was served before goes on: {reason}',
    hint: 'The log of the server says why.',
    exit: 1,
    http: 400,
  },
  SERVE_CLOSING: { message: 'the server is closing', exit: 1, http: 503 },
  SERVE_NEEDS_TOKEN: {
    message: 'the server would be open to others at {host} without a token',
    hint: 'Give a token, or listen on 127.0.0.1.',
    exit: 2,
  },
  SERVE_BAD_TOKEN: {
    message: 'this is no line of a token file: {reason}',
    hint: '`daybook token new` prints one.',
    exit: 2,
  },
  SERVE_FILE_UNREADABLE: { message: 'the {what} {file} cannot be read: {reason}', exit: 2 },
  SERVE_PORT_IN_USE: {
    message: 'port {port} of {host} is in use',
    hint: 'Choose another with `--port` or `--management`, or end the program that holds it.',
    exit: 1,
  },
  SERVE_CANNOT_LISTEN: { message: 'the server cannot listen on port {port} of {host}: {reason}', exit: 1 },
})
