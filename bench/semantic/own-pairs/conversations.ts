/** What was said in one conversation, in another, and what ends both. */
export const conversations = `
I want to fly to Oslo. / When? <> I want to fly to Rome. / When? <> Next Friday.
`;
