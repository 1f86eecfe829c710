export { createServer, defaultLimits, type ServeLimits, type ServeOptions, type Server } from './server.ts'
