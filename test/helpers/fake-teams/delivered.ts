import type { TeamsWorld } from './world.ts';

export interface Delivered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the bot answered
  readonly body: any;
  readonly text: string;
}

/** What a person needs of Teams. */
export interface Wire {
  readonly world: TeamsWorld;
  readonly serviceUrl: string;
  readonly now: () => number;
  deliver(activity: object): Promise<Delivered>;
}
