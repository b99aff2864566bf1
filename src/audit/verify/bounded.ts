/**
 * All of a stream, as long as that is not too much. Null, as `fetch` has it for an answer without a body, is empty.
 * @param most bytes
 * @returns undefined where there is more; no more is read then
 */
export async function readAtMost(
  stream: AsyncIterable<Uint8Array> | null,
  most: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
