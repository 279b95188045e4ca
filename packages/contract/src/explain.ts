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
  'risk-invalid': {
    meaning:
      'The risk file has problems, or says of a factor what a run computed otherwise, without a reason.',
    advice: 'Put the listed lines right; `forthright risk-factors` prints every factor and its values.',
  },
  'report-invalid': {
    meaning: 'The report file, or the version before that it names, has problems; all are listed.',
    advice: 'Put the listed lines right and run again.',
  },
  'trace-invalid': {
    meaning:
      'The trace file has problems: something that must be settled before anybody is scored is missing, or it names what the workspace does not have; all are listed.',
    advice: 'Put the listed lines right and run again; docs/trace.md has a whole file.',
  },
  'settings-invalid': {
    meaning: 'A settings file of the server, such as `sign-in.yaml`, has problems; all are listed.',
    advice: 'Put the listed lines right and start again.',
  },
  'law-invalid': {
    meaning:
      'A file of the law, below `duties/`, is not YAML, says something that no rule can be, contradicts another, or fails its own cases.',
    advice:
      'Put right what is listed, each at its file and line; `forthright duties check` reads all of them. The other files hold meanwhile, and every answer says that it is incomplete.',
  },
  'law-missing': {
    meaning: 'There is no folder of the law.',
    advice:
      'Forthright brings it along as `duties/`; install Forthright again, or name another folder with `--law`.',
  },
  'regime-not-found': {
    meaning: 'No file of the law has this code.',
    advice: 'See `forthright duties list` for the codes.',
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
  'database-unreachable': {
    meaning: 'The database that holds the records does not answer, or has stopped.',
    advice:
      'Check `engines` in the workspace, that the server is up, and the name and password; then try again.',
  },
  'database-unsuitable': {
    meaning:
      'The PostgreSQL server can not hold the records: too old, another encoding than UTF8, a standby, or missing rights.',
    advice: 'Do what the message says about the server, or name another one in `engines`.',
  },
  'database-refused': {
    meaning: 'The database refused a statement of ours.',
    advice: 'Report it with the message; this is our mistake.',
  },
  'database-busy': {
    meaning: 'Others kept changing the same records at the same time; nothing of this change was kept.',
    advice: 'Try again.',
  },
  'deed-too-long': {
    meaning:
      'A change took so long that it was given up, because all other changes wait for it; nothing of it was kept.',
    advice: 'Ask for less at once, and look whether something holds up the database.',
  },
  'checkpoint-unavailable': {
    meaning: 'The last published checkpoint could not be read where it was said to be.',
    advice:
      'Make it readable, or start without it: then a copy that was made together with its data folder is not found.',
  },
  'outcome-unknown': {
    meaning:
      'The connection to the database broke while a change was being committed, so it may have been made or not.',
    advice: 'Look whether the change is there before you repeat it.',
  },
  'database-newer': {
    meaning: 'The records were made by a newer version of Forthright than this one; nothing was changed.',
    advice: 'Use the version that the message names, or a later one.',
  },
  'database-differs': {
    meaning:
      "A past step of the records' structure is not the one that this program knows; nothing was changed.",
    advice: 'Use the program that made the records, or report it with the message.',
  },
  'data-folder-in-use': {
    meaning: 'Another process has the data folder open, and only one may.',
    advice:
      'Use the running program, or end the process that the message names. Do not remove files from the folder.',
  },
  'data-folder-unreadable': {
    meaning: "The data folder is damaged, of another version, not Forthright's, or can not be locked.",
    advice: 'Do what the message says; restore the folder from a backup if it is damaged.',
  },
  'record-exists': {
    meaning: 'There is already a record like this one.',
    advice: 'Choose another name or id, or change the record that is there.',
  },
  'record-linked': {
    meaning: 'A record refers to one that is not there, or is still referred to by another.',
    advice: 'Check the ids; remove what refers to the record first.',
  },
  'text-not-storable': {
    meaning: 'A text holds a character that can not be stored: U+0000, or half of a character.',
    advice: 'Take the character out and try again.',
  },
  'request-malformed': {
    meaning:
      'The request is not one that HTTP or this server allows: a path with `..`, a broken escape, a header that is too long.',
    advice: 'Send the path and headers as `/api/openapi.json` describes them.',
  },
  'body-malformed': {
    meaning: 'The body is not JSON, not UTF-8, nested too deeply, or holds a name that is not allowed.',
    advice: 'Send one JSON object in UTF-8.',
  },
  'body-too-large': {
    meaning: 'The body is larger than this server reads.',
    advice: 'Send less at once; the limit stands in the message.',
  },
  'content-type-unsupported': {
    meaning: 'The body is of a type that this server does not read, or is compressed.',
    advice: 'Send `Content-Type: application/json`, uncompressed.',
  },
  'request-invalid': {
    meaning: 'Fields of the request are missing, unknown or not allowed; all of them are listed.',
    advice: 'Put the listed fields right and send it again.',
  },
  'route-not-found': {
    meaning: 'There is nothing at this address.',
    advice: 'See `/api/openapi.json` for what there is.',
  },
  'method-not-allowed': {
    meaning: 'This address does not take this method.',
    advice: 'Use a method that the header `Allow` names.',
  },
  'not-signed-in': {
    meaning: 'Nobody is signed in, and this may not be asked by just anybody.',
    advice: 'Sign in, or send an API token as `Authorization: Bearer fwt_…`.',
  },
  'sign-in-refused': {
    meaning: 'The address, the password or the code is wrong; which one is not said.',
    advice:
      'Check them; an administrator can make a new link when the password or the second factor is lost.',
  },
  'second-factor-needed': {
    meaning: 'The password is right, and this account asks for a code as well.',
    advice: 'Sign in again with `code` from the authenticator app.',
  },
  'session-expired': {
    meaning: 'The session is over: too old, unused for too long, or ended.',
    advice: 'Sign in again.',
  },
  'token-invalid': {
    meaning: 'The API token is unknown or was revoked.',
    advice: 'Make a new token.',
  },
  'token-expired': {
    meaning: 'The API token is past its last day.',
    advice: 'Make a new token.',
  },
  'session-required': {
    meaning: 'This may only be done by a person who is signed in, not with an API token.',
    advice: 'Sign in with a password and do it there.',
  },
  'not-permitted': {
    meaning: 'Your role does not allow this.',
    advice: 'Ask somebody who has the role that the message names.',
  },
  'origin-refused': {
    meaning:
      'A request that changes something came from another web page than ours, or does not say from which.',
    advice: 'Send it from the page of this server, with the header `Origin`; programs use an API token.',
  },
  'too-many-requests': {
    meaning: 'Too many requests or attempts in a short time.',
    advice: 'Wait as long as the header `Retry-After` says.',
  },
  'link-invalid': {
    meaning: 'The one-time link is unknown, used up or too old.',
    advice:
      'Ask an administrator for a new one; the first administrator gets a new one when the server is started again.',
  },
  'account-not-found': {
    meaning: 'There is no account with this id.',
    advice: 'See the list of people.',
  },
  'account-unsuitable': {
    meaning: 'Somebody who is named here has no account, no role, or may not see the incident.',
    advice: 'Each is listed with the field that names them; name somebody else.',
  },
  'passkey-not-found': {
    meaning: 'There is no passkey with this id among your own.',
    advice: 'See the list of your passkeys.',
  },
  'token-not-found': {
    meaning: 'There is no API token with this id among those that you may see.',
    advice: 'See the list of tokens.',
  },
  'last-administrator': {
    meaning: 'Without this account nobody could administer the server any more.',
    advice: 'Give another person the role of administrator first.',
  },
  'last-officer': {
    meaning: 'A restricted incident would be left without a privacy officer who may see it.',
    advice:
      'Let the person name another one there, or have two people hand it over: `ask-hand-over`, then `confirm-hand-over` by somebody else.',
  },
  'hand-over-not-found': {
    meaning: 'There is no hand-over with this id.',
    advice: 'See the list of hand-overs.',
  },
  'hand-over-refused': {
    meaning: 'The hand-over is not possible, for the reason in the message.',
    advice: 'Name a privacy officer who has signed in, and let somebody else confirm it in time.',
  },
  'password-unsuitable': {
    meaning: 'The password is too short, too long, or well known.',
    advice: 'Choose one of twelve characters or more that nobody else uses.',
  },
  'second-factor-state': {
    meaning: 'The second factor is already in the state that was asked for, or was not begun.',
    advice: 'Look at the account, and begin anew.',
  },
  'address-unavailable': {
    meaning: "The server can't listen at this address and port.",
    advice: 'Choose another with `--port` or `--host`, or end the program that has it.',
  },
  'register-stopped': {
    meaning:
      'The register does not agree with what was last seen of it (an older state was put back, or there is a second instance), so nothing may be done.',
    advice: 'Find out which state is the right one; then an administrator decides with `continue-register`.',
  },
  'register-not-stopped': {
    meaning: 'The register is not stopped, so there is nothing to decide.',
    advice: 'Look at it with `show-register`.',
  },
  'register-other': {
    meaning: 'The database or the data folder holds a register of another name.',
    advice: 'Use the name that it has, or another database and folder.',
  },
  'register-damaged': {
    meaning: 'What is stored of the register does not belong together; nothing was changed.',
    advice: 'Stop the program, and compare the database with a backup and with the published checkpoints.',
  },
  'key-unusable': {
    meaning: 'A private key of the register is missing, can not be read, or can be read by others.',
    advice: 'Do what the message says; a key that others could read is revoked. See docs/keys.md.',
  },
  'key-not-found': {
    meaning: 'The register has no key with this id.',
    advice: 'Look at its keys with `show-register`.',
  },
  'text-not-found': {
    meaning: 'There is no such text in the register, or it was erased before.',
    advice: "Check the entry's number and the name of the text in the timeline.",
  },
  'incident-not-found': {
    meaning: 'There is no such incident, or it is restricted to others.',
    advice: 'Check the id; ask whoever told you of it to name you.',
  },
  'entry-not-found': {
    meaning: 'The register has no entry of this number, or none that you may see.',
    advice: 'Take the number from `list-entries`, or from the timeline of an incident that you may see.',
  },
  'task-not-found': {
    meaning: 'The incident has no such task.',
    advice: 'Look at its tasks with `show-incident`.',
  },
  'evidence-not-found': {
    meaning: 'The incident has no such file.',
    advice: 'Look at its evidence with `show-incident`.',
  },
  'decision-not-found': {
    meaning: 'The incident has no such proposal.',
    advice: 'Look at its decisions with `show-incident`.',
  },
  'assessment-not-found': {
    meaning: 'The incident has no such assessment of its risk or of its duties.',
    advice: 'Assess first (`assess-risk`, `assess-duties`), or ask for a version that there is.',
  },
  'duty-not-found': {
    meaning: 'The last assessment of the incident has no such duty, or the law no such exemption.',
    advice: 'Look at the duties with `show-duties`; each names its exemptions with `show-duty`.',
  },
  'report-not-found': {
    meaning: 'The incident has no such version of this report.',
    advice: 'List the reports of the incident.',
  },
  'veris-invalid': {
    meaning: 'What was given to be imported is no VERIS record of version 1.3 or 1.4; nothing was recorded.',
    advice: 'Correct what is listed. Names that Forthright does not know are no problem: they are kept.',
  },
  'already-imported': {
    meaning: 'The same record was imported before; nothing was recorded.',
    advice: 'Go on with the incident that the message names. Trying again is harmless.',
  },
  'import-not-found': {
    meaning: 'The incident was opened here, and not imported from a record of elsewhere.',
    advice: 'Look at its timeline: an imported one begins with `incident-imported`.',
  },
  'paper-not-found': {
    meaning: 'The incident has no such issued paper.',
    advice: 'Look at its papers with `show-incident`.',
  },
  'matter-not-found': {
    meaning: 'The incident has no such recipient, inquiry, letter, ban, delay or person.',
    advice: 'Look at the list of them.',
  },
  'run-not-found': {
    meaning: 'The incident has no such run of scope among its evidence.',
    advice: 'Add its answer with `add-evidence`, and give the id that this answers with.',
  },
  'unlock-not-found': {
    meaning: 'The incident has no such request to unlock a name.',
    advice: 'Look at them with `list-unlocks`.',
  },
  'incident-refuses': {
    meaning:
      'This can not be done with the incident, or with what belongs to it, in the state that it is in.',
    advice: 'The message says why, and what would have to come first.',
  },
  'incident-changed': {
    meaning: 'Somebody else changed the incident since you looked; nothing of your change was kept.',
    advice: 'Compare both versions, which are listed, and try again with the version that the message names.',
  },
  'incident-not-closable': {
    meaning: 'The incident can not be closed yet; everything that blocks it is listed.',
    advice: 'Do, or excuse with a reason, what is listed.',
  },
  'own-proposal': {
    meaning: 'Who prepared a decision may not approve it.',
    advice: 'Ask another person with the role to decide.',
  },
  'archive-damaged': {
    meaning: 'The archive is cut short, altered, or was not written by Forthright; nothing of it was kept.',
    advice: 'Fetch it again, or take another one.',
  },
  'restore-refused': {
    meaning: 'There is something already where the backup is to be restored; nothing was changed.',
    advice: 'Name a data folder that is not there yet, and an empty database.',
  },
  'not-well': {
    meaning: 'Something that Forthright needs is broken.',
    advice: 'Do what `forthright doctor` says of each.',
  },
  'not-sure': {
    meaning: 'Something is doubtful, or could not be looked at.',
    advice: 'Do what `forthright doctor` says of each.',
  },
  'server-not-found': {
    meaning: 'No server is running that the command could ask.',
    advice: 'Start one with `forthright serve`, or name it with --server URL or --data DIR.',
  },
  'server-unreachable': {
    meaning: 'The server that the command asks does not answer, or is another program.',
    advice: 'Check the address, and that the server is up; its log says what happened to a request.',
  },
  'credentials-unsafe': {
    meaning: 'A file that holds a session or a token can be read by others.',
    advice: 'End the session or revoke the token, then `chmod 600` the file.',
  },
  'trace-not-found': {
    meaning: 'The incident has no such trace, or the trace no such run that has ended well.',
    advice: 'Look at them with `list-traces`.',
  },
  'trace-erased': {
    meaning: 'The time for which this trace was to be kept is over: its answers and names were erased.',
    advice: 'If there is still a reason to look, open another trace with a gate of its own.',
  },
  'name-locked': {
    meaning:
      'Two people have not unlocked the name behind this pseudonym, or the time for which they did is over.',
    advice: 'One asks with `ask-unlock`, another grants with `grant-unlock`, each with a reason.',
  },
  'candidate-not-found': {
    meaning: 'The answer of this trace does not name such a candidate. Only who stands out is kept by name.',
    advice: 'Look at the answer with `show-trace-run`.',
  },
  'decoys-not-set': {
    meaning: 'This server takes no mail for decoys, so that none would be noticed.',
    advice:
      'Name domains and where their mail arrives under `decoys` in mail.yaml, and start the server again.',
  },
  'decoys-not-found': {
    meaning: 'There is no such planting of decoys, or no such mail to one.',
    advice: 'Look at them with `list-decoys`.',
  },
  'decoys-erased': {
    meaning: 'The time of these decoys is over: who they are, and where they stood, was erased.',
    advice: 'If there is still a reason, plant others.',
  },
  'review-not-found': {
    meaning: 'The incident has no such review of what people can see, or the review no such item.',
    advice: 'Look at them with `list-access-reviews`.',
  },
  'aliases-not-set': {
    meaning:
      'This server hands no mail on to customers: it has no domain of aliases, or no book of them is open.',
    advice:
      'Name the domain under `aliases` in mail.yaml, with a receiver and a relay, and open a book with `open-aliases`.',
  },
  'alias-not-found': {
    meaning: 'There is no such alias or book of aliases, or its time is over.',
    advice: 'Look at them with `list-aliases`.',
  },
  'gate-unconfirmed': {
    meaning:
      'What was settled for this trace was not confirmed by a second person, so that nobody is scored or counted yet.',
    advice: 'Another privacy officer, or an approver, confirms it with `confirm-gate`.',
  },
  'own-gate': {
    meaning: 'Whoever settled what a trace is for does not confirm it, nor does a token of theirs.',
    advice:
      'Ask another privacy officer, or an approver; where there is a works council, somebody who speaks for it.',
  },
  'own-unlock': {
    meaning: 'Who asked that a name be unlocked may not grant it.',
    advice: 'Ask another person with the role to grant it.',
  },
  'identity-provider-unreachable': {
    meaning: "The company's identity provider does not answer, or not as it must.",
    advice: 'Try again later, or sign in with a password; who runs the server looks at `sign-in.yaml`.',
  },
  'job-not-found': {
    meaning: 'There is no such job, or it is about an incident that is restricted to others.',
    advice: 'Look at the jobs that there are with `list-jobs`.',
  },
  'job-ended': {
    meaning: 'The job has ended already, so it can not be cancelled.',
    advice: 'Look at how it ended with `show-job`.',
  },
  'job-abandoned': {
    meaning: 'The program ended in the midst of this job, each time that it was begun.',
    advice: 'Look in the log and at the memory of the machine, then ask for the job again.',
  },
  'leaks-missing': {
    meaning: 'Nobody has said yet what is believed to have leaked, or that text was erased.',
    advice: 'Say it with `set-leaks`, then ask again.',
  },
  'run-missing': {
    meaning: 'No run of scope has ended well for this incident, or the answer of the latest was erased.',
    advice: 'Say what has leaked with `set-leaks`, then ask for a run with `run-scope`.',
  },
  'views-missing': {
    meaning:
      'The run has kept no single views: it ended before Forthright kept them, or its answer was erased.',
    advice: 'Ask for another run with `run-scope`.',
  },
  'workspace-missing': {
    meaning: 'The server does not know where the logs and tables of the organisation lie.',
    advice: 'Start it with `forthright serve --workspace FILE`.',
  },
  'webhook-not-found': {
    meaning: 'There is no such webhook, or it was removed.',
    advice: 'Look at the webhooks that there are with `list-webhooks`.',
  },
  'webhooks-not-standing': {
    meaning: 'Webhooks are told of events; there is nothing to resume.',
    advice: 'See the list of webhooks.',
  },
  'webhook-refused': {
    meaning: 'Nothing may be sent to this address.',
    advice: 'Give an `https` address that is reached over the internet; docs/webhooks.md says more.',
  },
  'draft-not-found': {
    meaning:
      'The incident has no saved draft of this id, or no such version of it: it was thrown away, or is another incident’s.',
    advice: 'List the drafts of the incident with `list-notice-drafts`.',
  },
  'campaign-not-found': {
    meaning: 'There is no such campaign in this incident, or nobody of this id in it.',
    advice: 'Look at those that there are with `list-campaigns` and `list-addressees`.',
  },
  'edition-not-found': {
    meaning: 'The incident has no such edition of its public page, or nothing was published yet.',
    advice: '`forthright list-editions` shows those that there are.',
  },
  'edition-incomplete': {
    meaning: 'The public page would leave out something that it must say.',
    advice:
      'Give each fact that is listed, in every language of the page, or say in `texts.notYet` why it is not known yet and by when it will be.',
  },
  'edition-changed': {
    meaning:
      'What is to be published is not what was prepared: facts, texts or the program have changed since.',
    advice: 'Prepare the edition anew, and have it approved.',
  },
  'edition-refuses': {
    meaning: 'This can’t be done with the edition, or not by you.',
    advice: 'The message says why; who prepares an edition does not approve it.',
  },
  'campaign-refuses': {
    meaning:
      'What was asked does not go with the state of the campaign or person, or is another person’s to do.',
    advice: 'Do first what the message says; docs/campaigns.md has the tables.',
  },
  'campaign-changed': {
    meaning: 'What was approved is not what there is now: facts, cohort, texts or letterhead have changed.',
    advice: 'Look at it anew; what was prepared from older facts is discarded and made again.',
  },
  'copies-not-found': {
    meaning: 'There are no such letters or copies in this campaign, or their file was erased.',
    advice: 'Look at those that there are with `list-copies`; make others with `make-copies`.',
  },
  'record-unpublished': {
    meaning: 'The key for mail is not used yet, since the domain system does not show its record.',
    advice:
      'Publish the TXT record that the message names, wait until it is seen, and ask again; or say with `unseen` why it is used all the same.',
  },
  'font-missing': {
    meaning:
      'No font at hand has all letters of this text, or the file that mail.yaml names as `letterFont` is no font; nothing was printed.',
    advice:
      'Name a TTF or OTF file that has the letters as `letterFont` in mail.yaml, and start the server again; take a report as a page (html). Who has no letter for it is listed by `list-addressees` (`unprintable`) and is told by another way.',
  },
  'campaign-faulty': {
    meaning: 'The linter finds errors in the notices of the campaign, so nobody approves them just so.',
    advice:
      'See them with `lint-campaign`, discard the campaign and make it anew with better texts; or approve with `override` and the reason, which the register keeps.',
  },
  'wish-needed': {
    meaning: 'This would send somebody what they may have already.',
    advice: 'Do it only when the customer asks for it, and say so with `wish`: it stands beside the entry.',
  },
  'mailbox-unreachable': {
    meaning: 'A mailbox for returned mail can not be read.',
    advice:
      'Look at `receive` in mail.yaml: host, security, user and password. What waits there is taken when it answers again.',
  },
  'sender-unproved': {
    meaning: 'Nothing shows that this comes from the provider whose webhook it is.',
    advice:
      'Compare the key, the topic or the password in mail.yaml with those at the provider, and look at the clock of this machine.',
  },
  'mail-missing': {
    meaning: 'This server does not know how to send mail, so messages can only be looked at.',
    advice:
      'Write `mail.yaml` with at least one relay into the data folder (docs/campaigns.md), and start the server again.',
  },
  'notice-invalid': {
    meaning: 'The notice file, or the notice that was handed in, can’t be read as one.',
    advice: 'Correct what is listed; docs/notices.md and docs/lint.md show what is read.',
  },
  'notice-incomplete': {
    meaning: 'A notice can’t be written: a fact that it must say is missing.',
    advice: 'Add the fact that is named; nothing is said vaguely in its place.',
  },
  'answer-folder-unusable': {
    meaning: 'The folder by which messages are checked is not there, or is not one.',
    advice: 'Name a folder that holds `answer.json`; docs/answer.md says what stands in it.',
  },
  'notice-faulty': {
    meaning: 'The linter found errors in the notice; nothing else is wrong.',
    advice: 'Put right what is listed; each finding names a better wording.',
  },
  'template-invalid': {
    meaning:
      'A template or a language file names a fact that there is not, holds a figure typed by hand, or lacks a text.',
    advice: 'Correct each line that is listed; docs/notices.md lists the facts.',
  },
  'address-unusable': {
    meaning: 'A mail address is empty, malformed, or more than one address.',
    advice: 'Correct the address in the directory, or reach this person on another channel.',
  },
  'mail-unsendable': {
    meaning:
      'A message can not be written as mail that every server takes: a control character, a lone surrogate, something empty, or too long.',
    advice: 'Put right the part that is named.',
  },
  'journal-damaged': {
    meaning:
      'A sending journal was altered, or its disk has lost a part of it; nothing is sent, since somebody could be told twice.',
    advice: 'Put back the folder from a backup, or ask the receiving servers what they took, by Message-ID.',
  },
  'sending-fenced': {
    meaning:
      'Another process sends from this record, or this is a restored copy of a record that has sent since; so this one sends nothing.',
    advice: 'Let only one process send; after a restore, let a person decide which copy goes on.',
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
