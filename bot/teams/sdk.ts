import { createRequire } from 'node:module';
import { KeyturnFault } from '../core/fault.ts';

/**
 * What we use of botbuilder and teams-ai, in our own words: both are optional, so their types cannot be
 * relied on where this is compiled. See decision 0050 for why they are used at all, and what replaces them.
 */
export interface Sdk {
  readonly CloudAdapter: new (authentication: SdkAuthentication) => SdkAdapter;
  readonly Application: new (options: {
    readonly startTypingTimer: false;
    readonly removeRecipientMention: false;
  }) => SdkApplication;
}

export interface SdkTurn {
  readonly activity: unknown;
}

/** Asked for every incoming activity. A rejection is the end of it. */
export interface SdkAuthentication {
  authenticateRequest(activity: object, authorization: string): Promise<object>;
  createUserTokenClient(): Promise<object>;
}

interface SdkAdapter {
  processActivity(
    authorization: string,
    activity: object,
    logic: (turn: SdkTurn) => Promise<unknown>,
  ): Promise<{ readonly status: number; readonly body?: unknown } | undefined>;
}

interface SdkApplication {
  readonly adaptiveCards: {
    /** A card takes the place of the one that was clicked, for the clicker alone; a text is a note. */
    actionExecute(verb: RegExp, act: (turn: SdkTurn) => Promise<object | string>): void;
  };
  fileConsentAccept(act: (turn: SdkTurn) => Promise<void>): void;
  fileConsentDecline(act: (turn: SdkTurn) => Promise<void>): void;
  activity(type: string, act: (turn: SdkTurn) => Promise<void>): void;
  run(turn: SdkTurn): Promise<boolean>;
}

const NEEDED = ['botbuilder', '@microsoft/teams-ai'] as const;

/** Loaded on the first call and not before: it takes half a second and more than 60 MB. */
export function loadSdk(load: (name: string) => unknown = createRequire(import.meta.url)): Sdk {
  const [botbuilder, teamsAi] = NEEDED.map((name) => {
    try {
      return load(name);
    } catch (cause) {
      const what = 'npm install botbuilder@4.23.3 @microsoft/teams-ai@1.7.4';
      throw new KeyturnFault(
        'CONFIG_INVALID',
        `Teams is configured and needs ${name}, which is not there: ${what}`,
        { cause },
      );
    }
  }) as [Pick<Sdk, 'CloudAdapter'>, Pick<Sdk, 'Application'>];
  return { CloudAdapter: botbuilder.CloudAdapter, Application: teamsAi.Application };
}
