import type { ErrorCode } from './errors.ts';

/** What each code means and what its reader can do; `docs/errors.md` and the command line's hints say the same. */
export const EXPLAIN: Record<ErrorCode, Readonly<{ meaning: string; advice: string }>> = {
  usage: {
    meaning: 'The command line (or request) is not one that Forthright knows.',
    advice: 'See `forthright help`.',
  },
  'workspace-invalid': {
    meaning: 'The workspace file has problems; all of them are listed, each with its line.',
    advice: 'Put the listed lines right and run again.',
  },
  'incident-invalid': {
    meaning: 'The incident file has problems, or names what the workspace does not have; all are listed.',
    advice: 'Put the listed lines right and run again.',
  },
  'file-missing': {
    meaning: 'A file that was named is not there.',
    advice: 'Check the name; paths of sources are relative to the workspace file.',
  },
  'glob-empty': {
    meaning: 'A pattern for files matches none.',
    advice: 'Check the pattern against the names shown; paths are relative to the workspace file.',
  },
  'file-unreadable': {
    meaning: 'A file is there and can not be read: permissions, a folder, an archive, or damage.',
    advice: 'Do what the message says about this file, and run again.',
  },
  'column-unknown': {
    meaning: 'The workspace names a column that the file or table does not have.',
    advice: 'Compare the names in the workspace with the columns shown.',
  },
  'stamp-without-zone': {
    meaning: "A log's time stamps carry no time zone, and the workspace does not say which it is.",
    advice: 'Set `timezone` for the log, or for the whole workspace.',
  },
  'directory-broken-row': {
    meaning: 'A row of the directory can not be read; leaving it out would forget a person.',
    advice: "Repair the row, or count such rows with `brokenRows: count` at the workspace's customers.",
  },
  'reference-never-joins': {
    meaning: 'Nothing that the log shows is in the reference table, so every person would be missed.',
    advice: 'Check the key column of the reference, and the place of its name in the path.',
  },
  'leak-matches-nothing': {
    meaning: 'No line of the log matches the leak: its path, window, host or status is wrong, or the log is.',
    advice: "Check the leak's path, window, hosts and status against a line of the log.",
  },
  'person-not-found': {
    meaning: 'The directory does not know this person, nor does the log.',
    advice: 'Check the id or the address; an address is looked up without regard to capitals.',
  },
  'viewer-not-found': {
    meaning: 'No log shows this viewer.',
    advice: 'Check the account, address or pseudonym as an answer shows it.',
  },
  'evidence-changed': {
    meaning: 'A file was changed while it was read, so its hash would prove nothing.',
    advice: 'Copy the files to a place where nothing writes to them, and run again.',
  },
  'engine-unreachable': {
    meaning: 'The ClickHouse server does not answer.',
    advice: 'Check `engines` in the workspace, and that the server is up.',
  },
  'engine-crashed': {
    meaning: 'The analysis engine ended in the midst of its work.',
    advice: 'Run again; if it ends again, report it with the message.',
  },
  'engine-refused': {
    meaning: 'The analysis engine refused a statement of ours.',
    advice: 'Report it with the message; this is our mistake or a damaged file.',
  },
  'out-of-memory': {
    meaning: 'The work needs more memory than there is.',
    advice: 'Narrow the window, run on a larger machine, or name a ClickHouse server in `engines`.',
  },
  'no-disk': {
    meaning: 'There is no room left on the disk.',
    advice: 'Make room, or choose another place with `--out`.',
  },
  interrupted: {
    meaning: 'You stopped the work; nothing of it counts.',
    advice: 'Run it again to have an answer.',
  },
  internal: {
    meaning: 'A mistake of ours.',
    advice: 'Set FORTHRIGHT_DEBUG=1, run again, and report what it prints.',
  },
};
