import type { RequestListener } from 'node:http';
import express from 'express';
import type { ErrorRequestHandler, RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { AppError } from '../errors.ts';
import type { Refuse } from './errors.ts';

export interface ServerParts {
  readonly refuse: Refuse;
  readonly webhooks: RequestListener;
  readonly widget: Router;
  readonly health: Router;
  readonly pages: Router;
  readonly metrics: RequestHandler;
  /** Sites that may show the chat in a frame of theirs. */
  readonly embedOn: readonly string[];
  /** Proxies that are believed about who asks: addresses, networks, `loopback`, `uniquelocal`. */
  readonly trustProxy: readonly string[];
}

/** All routes of the process. */
export function server(parts: ServerParts): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  // Only these may say for whom they ask; anybody else could make up an address for every request.
  app.set('trust proxy', parts.trustProxy);
  app.use('/health', parts.health);
  app.get('/metrics', parts.metrics);
  app.use(headers(parts.embedOn));
  app.use('/widget', parts.widget);
  app.use(parts.pages);
  app.use(() => {
    throw new AppError('not_found', 404, 'There is nothing at this address.');
  });
  app.use(errorAnswers(parts.refuse));
  // Platforms first: their path is the hot one and shows no page.
  return (request, response) => {
    if (request.url?.startsWith('/webhooks/')) parts.webhooks(request, response);
    else app(request, response);
  };
}

/** Express knows an error handler by its four parameters. */
function errorAnswers(refuse: Refuse): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    refuse(error, request, response);
  };
}

function headers(embedOn: readonly string[]): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'self'", ...embedOn],
      },
    },
    // Said by frame-ancestors, which can name sites; this older header cannot.
    xFrameOptions: false,
    // widget.js is loaded by other sites.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    referrerPolicy: { policy: 'same-origin' },
  });
}
