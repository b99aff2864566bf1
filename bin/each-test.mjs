import { relative } from 'node:path';
import { root } from './prepare.mjs';

/** A reporter for Jest that tells of each test when it begins and ends: its own waits for a whole file, which may take half an hour. */
export default class EachTest {
  onTestCaseStart({ path }, { fullName }) {
    this.say('begins', path, fullName);
  }

  onTestCaseResult({ path }, { fullName, status, duration }) {
    this.say(`${status} in ${Math.round((duration ?? 0) / 1000)} s`, path, fullName);
  }

  say(what, path, name) {
    process.stderr.write(
      `${new Date().toTimeString().slice(0, 8)}  ${what}  ${relative(root, path)}: ${name}\n`,
    );
  }
}
