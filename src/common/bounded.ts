/** Puts an entry in as the newest; where the map is full, the oldest goes. A Map keeps the order of insertion. */
export function putNewest<Key, Value>(map: Map<Key, Value>, limit: number, key: Key, value: Value): void {
  map.delete(key);
  const [oldest] = map.size >= limit ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
