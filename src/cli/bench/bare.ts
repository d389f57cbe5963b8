import type { Server } from 'node:http';
import express from 'express';

/** The yardstick: verifies nothing, reads nothing, stores nothing, answers 200. Says its port to its parent. */
const app = express();
app.post('/webhooks/messenger', (_request, response) => {
  response.type('text/plain').send('EVENT_RECEIVED');
});
const server: Server = app.listen(0, '127.0.0.1', () => {
  process.send?.(server.address());
});
process.on('disconnect', () => process.exit(0));
