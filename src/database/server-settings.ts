import { totalmem } from 'node:os';

/**
 * The log may hold no personal data, and an error's text may quote a value ("invalid input syntax …: <value>"). So
 * ordinary errors of statements are not logged at all (the hub logs its own), and no statement, parameter or detail ever is.
 */
const log: Readonly<Record<string, string>> = {
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

const MB = 1024 * 1024;

/** A sixteenth of the machine's memory, from PostgreSQL's own 128 MB up to 512 MB. It is taken as the database grows, not at the start. */
export const sharedBuffers = (memoryBytes: number): string =>
  `${Math.min(512, Math.max(128, Math.floor(memoryBytes / 16 / MB)))}MB`;

/**
 * What a commit waits for is the disk's queue, and not only the log stands in it. With PostgreSQL's own choices a page that no longer fits
 * into memory is written by whoever needs its place and left to the kernel, which later writes hundreds of MB at once; and each 16 MB of log
 * in a new file, not in one that is used again, cost 30 to 50 ms in which nothing commits. At 600 records a second 12 to 28 of 50 seconds
 * were bad ones for it (p99 above 150 ms); with these, 5 to 9. In a burst the log takes about 2 GB of the
 * disk, and keeps the first.
 */
const disk: Readonly<Record<string, string>> = {
  shared_buffers: sharedBuffers(totalmem()),
  min_wal_size: '1GB',
  max_wal_size: '2GB',
  // Measured on Linux only; elsewhere it has no effect, or is done by other means.
  ...(process.platform === 'linux' && { backend_flush_after: '512kB' }),
};

/** How the embedded server runs, whoever starts it. */
export const serverSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  jit: 'off',
  timezone: 'UTC',
  ...log,
  ...disk,
};
