/** What a retry ticket is redeemed by: few requests are approved at any moment, so the index stays small. */
export const redeemable = `
CREATE INDEX requests_redeemable ON requests (twin, number) WHERE state = 'approved';
`;
