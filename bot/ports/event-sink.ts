/**
 * Where every entry of the log is sent on to, outside of it. `send` MUST settle only once every line
 * is kept there; one that was not is sent again, so a line MAY come twice, and each says which it is.
 * It MUST end soon after `signal` aborts. A sink that is down holds up nothing but itself.
 */
export interface EventSink {
  /** Names the place and no secret. The position is kept under it. */
  readonly name: string;
  send(lines: readonly string[], signal: AbortSignal): Promise<void>;
}

/** How far one sink has come. */
export interface StreamPosition {
  readonly seq: number;
  /** What the format needs to go on from there. */
  readonly state: string;
}

export interface StreamPositions {
  streamPosition(sink: string): StreamPosition | null;
}

export interface StreamKeeping {
  setStreamPosition(sink: string, position: StreamPosition): void;
}
