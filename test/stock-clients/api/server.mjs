import { createServer } from 'node:http';

const { PORT = '8000', VERSION = 'v1', FAULT = '' } = process.env;

/** Answers its version; with FAULT=errors, every other answer but the health check's is an error. */
let answered = 0;
const server = createServer((request, response) => {
  const isHealthCheck = request.url === '/health';
  const isError = !isHealthCheck && FAULT === 'errors' && (answered += 1) % 2 === 0;
  response.writeHead(isError ? 500 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ version: VERSION, path: request.url }));
});

server.listen(Number(PORT));
process.on('SIGTERM', () => server.close());
