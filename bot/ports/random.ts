/** MUST be unpredictable in production: nonces and ids come from here. */
export interface Random {
  bytes(count: number): Uint8Array;
}
