import type { Changes } from './changes.ts';
import type { Delivered, Delivery } from './delivery.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Views } from './views.ts';
import type { SlackWorld } from './world.ts';

/** What a person in front of Slack needs of it. */
export interface Workspace {
  readonly url: string;
  readonly world: SlackWorld;
  readonly views: Views;
  readonly responseUrls: ResponseUrls;
  readonly changes: Changes;
  readonly now: () => number;
  deliver(delivery: Delivery, attempt: number): Promise<Delivered>;
}
