import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { httpSender } from '../../src/channels/call.ts';
import type { HttpAnswer } from '../../src/channels/call.ts';

const open: Server[] = [];
const sender = httpSender();

afterEach(async () => {
  await Promise.all(open.splice(0).map(stop));
});

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** A platform on this machine; its address. */
async function platform(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (url: string): Promise<HttpAnswer> =>
  sender.send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: '{"a":"ế"}',
  });

test('a call brings its method, path, headers and body there, and the answer back', async () => {
  const base = await platform((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const { method, url, headers } = request;
      response.writeHead(418, { 'x-seen': 'yes', 'retry-after': '7' });
      response.end(JSON.stringify({ method, url, type: headers['content-type'], body }));
    });
  });
  const answer = await post(`${base}/v25.0/1/messages?access_token=t`);
  expect(answer.status).toBe(418);
  expect(answer.headers).toMatchObject({ 'x-seen': 'yes', 'retry-after': '7' });
  expect(JSON.parse(answer.body)).toEqual({
    method: 'POST',
    url: '/v25.0/1/messages?access_token=t',
    type: 'application/json',
    body: '{"a":"ế"}',
  });
});

test('connections are kept: twenty calls one after another need a few', async () => {
  const ports = new Set<number | undefined>();
  const base = await platform((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('{}');
  });
  for (let i = 0; i < 20; i++) await post(base);
  expect(ports.size).toBeLessThan(5);
});

test('nobody listening is a refusal: it cannot have been done', async () => {
  const base = await platform((_request, response) => response.end());
  await stop(open.pop()!);
  await expect(post(`${base}/x?access_token=secret-token`)).rejects.toMatchObject({
    code: 'no_answer',
    retryable: true,
    outcome: 'refused',
    message: expect.not.stringContaining('secret-token'),
  });
});

test('a connection that breaks once the call is there leaves its outcome unknown', async () => {
  const base = await platform((request) => request.socket.destroy());
  await expect(post(`${base}/x?access_token=secret-token`)).rejects.toMatchObject({
    code: 'no_answer',
    retryable: true,
    outcome: 'unknown',
    message: expect.not.stringContaining('secret-token'),
  });
});

test('an answer that breaks off in the middle leaves its outcome unknown', async () => {
  const base = await platform((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"message_id":');
    response.socket?.destroySoon();
  });
  await expect(post(base)).rejects.toMatchObject({ outcome: 'unknown' });
});

test('an answer that trickles in for ever is given up, its outcome unknown', async () => {
  const base = await platform((_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 10);
    response.once('close', () => {
      clearInterval(timer);
    });
  });
  const call = sender.send({ method: 'GET', url: `${base}/slow`, timeoutMs: 200 });
  await expect(call).rejects.toMatchObject({ code: 'no_answer', outcome: 'unknown' });
});

test('of an answer without end the first megabyte is read, and no more asked for', async () => {
  let closed = (): void => undefined;
  const over = new Promise<void>((resolve) => (closed = resolve));
  const base = await platform((_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('ế'.repeat(50_000)), 1);
    response.once('close', () => {
      clearInterval(timer);
      closed();
    });
  });
  const { body } = await post(`${base}/endless`);
  expect(body.length).toBeGreaterThan(300_000);
  expect(body.length).toBeLessThan(340_000);
  await over;
});
