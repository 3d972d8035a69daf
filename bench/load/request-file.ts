/** Several raw requests in one file that both load generators read: the length in decimal, a line end, the bytes. */

export function packRequests(requests: readonly Buffer[]): Buffer {
  return Buffer.concat(requests.flatMap((request) => [Buffer.from(`${request.length}\n`), request]));
}

export function readRequests(file: Buffer): readonly Buffer[] {
  const requests: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const lineEnd = file.indexOf("\n", at);
    const end = lineEnd + 1 + Number(file.toString("latin1", at, lineEnd));
    requests.push(file.subarray(lineEnd + 1, end));
    at = end;
  }
  return requests;
}
