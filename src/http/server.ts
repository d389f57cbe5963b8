import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { errorAnswers } from './errors.ts';

export interface ServerParts {
  readonly log: Log;
  readonly webhooks: Router;
  readonly widget: Router;
  readonly health: Router;
  readonly pages: Router;
  readonly metrics: RequestHandler;
  /** Sites that may show the chat in a frame of theirs. */
  readonly embedOn: readonly string[];
}

/** All routes of the process. */
export function server(parts: ServerParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  // Only a proxy on this machine may say for whom it asks.
  app.set('trust proxy', 'loopback');
  // Platforms first: their path is the hot one and shows no page.
  app.use('/webhooks', parts.webhooks);
  app.use('/health', parts.health);
  app.get('/metrics', parts.metrics);
  app.use(headers(parts.embedOn));
  app.use('/widget', parts.widget);
  app.use(parts.pages);
  app.use(() => {
    throw new AppError('not_found', 404, 'There is nothing at this address.');
  });
  app.use(errorAnswers(parts.log));
  return app;
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
