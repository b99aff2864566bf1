/** A shard is a hash of the youth's id; their number is fixed in the schema. */
export const SHARD_COUNT = 256;

/** The shard of an id: its last byte, which is random in a UUIDv7. */
export const shardOf = (id: string): number => Number.parseInt(id.slice(-2), 16);
