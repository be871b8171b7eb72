import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';

/** Every route can reach the raw Node request: bodies are read from it, within limits of our own. */
interface Bindings {
  readonly Bindings: HttpBindings;
}
export type HttpApp = Hono<Bindings>;
export type Http = Context<Bindings>;

export function newHttpApp(): HttpApp {
  return new Hono<Bindings>();
}
