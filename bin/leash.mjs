/**
 * Loaded into the hub before its own code by start.mjs: when the starter is killed (kill -9), the hub stops as on SIGTERM and
 * does not stay behind with the port.
 */
if (process.channel) {
  process.channel.unref();
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
